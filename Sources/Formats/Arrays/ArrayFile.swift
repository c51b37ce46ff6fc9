import Records

/// A file that holds one array after a header, read in rows: slices along the first dimension.
struct ArrayFile {
  let file: DataFile
  let element: ArrayElement
  let shape: [Int]
  private(set) var rowsRead = 0

  /// - Throws: `Failure` (data) when the array has no dimension, or more bytes than can be counted.
  init(_ file: DataFile, element: ArrayElement, shape: [Int]) throws {
    self.file = file
    self.element = element
    self.shape = shape
    guard !shape.isEmpty else { throw Failure(.data, "\(file.name): holds a single number, not an array") }
    var total = element.byteCount
    for length in shape.reversed() {
      let product = total.multipliedReportingOverflow(by: length)
      guard length >= 0, !product.overflow else {
        throw Failure(.data, "\(file.name): the header claims an array of \(Self.words(shape)), which no memory holds")
      }
      total = product.partialValue
    }
  }

  var name: String { file.name }
  var rowCount: Int { shape[0] }
  var rowByteCount: Int { shape.dropFirst().reduce(element.byteCount, *) }
  /// The shape in words, such as `5000×32×32×3`.
  var shapeWords: String { Self.words(shape) }

  /// The bytes of up to `count` further rows; fewer rows when the file is cut short.
  mutating func rows(upTo count: Int) throws -> [UInt8] {
    let wanted = min(count, rowCount - rowsRead)
    let bytes = try file.read(upTo: wanted * rowByteCount)
    rowsRead += wanted
    return bytes
  }

  /// The failure of an array that ends within the row of the given number.
  func cutShort(inRow row: Int) -> Failure {
    Failure(
      .data, "\(name): ends at byte \(file.position), within record \(row); the header promises \(rowCount) records")
  }

  /// Checks that nothing follows the array.
  func finish() throws {
    let end = file.position
    guard try file.read(upTo: 1).isEmpty else {
      throw Failure(.data, "\(name): more bytes follow the \(rowCount) records the header promises (from byte \(end))")
    }
  }

  private static func words(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: "×")
  }
}
