import Records

/// A file that holds one array after a header, read in rows: slices along the first dimension.
struct ArrayFile {
  let file: DataFile
  let element: ArrayElement
  let shape: [Int]
  private(set) var rowsRead = 0
  /// The whole array where its rows do not lie one after the other.
  private var spooled: ForeignArray?

  /// - Parameter isFortranOrder: whether the first dimension moves fastest; the array is then copied to a temporary file
  ///   (`TMPDIR`).
  /// - Throws: `Failure` (data) when the array has no dimension, or more bytes than can be counted; when it is in Fortran
  ///   order, also when it is cut short or followed by something.
  init(_ file: DataFile, element: ArrayElement, shape: [Int], isFortranOrder: Bool = false) throws {
    self.file = file
    self.element = element
    self.shape = shape
    guard !shape.isEmpty else { throw Failure(.data, "\(file.name): holds a single number, not an array") }
    // No part of the product may overflow either, in whatever order it is taken.
    guard let total = ForeignArray.byteCount(element, shape) else {
      throw Failure(.data, "\(file.name): the header claims an array of \(Self.words(shape)), which no memory holds")
    }
    if isFortranOrder, shape.count > 1, total > 0 { spooled = try Self.spool(file, element, shape, total) }
  }

  private static func spool(
    _ file: DataFile, _ element: ArrayElement, _ shape: [Int], _ size: Int
  ) throws -> ForeignArray {
    let spool = try SpoolFile()
    while case let piece = try file.read(upTo: 1 << 20), !piece.isEmpty { try spool.append(piece) }
    guard spool.count == size else {
      throw Failure(
        .data, "\(file.name): an array of \(words(shape)) takes \(size) bytes, but \(spool.count) follow the header")
    }
    try spool.map()
    return try ForeignArray(
      file.name, element, shape: shape, strides: ForeignArray.columnMajor(shape), in: spool, at: 0, available: size)
  }

  var name: String { file.name }
  var rowCount: Int { shape[0] }
  var rowByteCount: Int { shape.dropFirst().reduce(element.byteCount, *) }
  /// The shape in words, such as `5000×32×32×3`.
  var shapeWords: String { Self.words(shape) }

  /// The bytes of up to `count` further rows; fewer rows when the file is cut short.
  mutating func rows(upTo count: Int) throws -> [UInt8] {
    let wanted = min(count, rowCount - rowsRead)
    let bytes =
      if let spooled {
        (rowsRead..<rowsRead + wanted).flatMap(spooled.rowBytes)
      } else {
        try file.read(upTo: wanted * rowByteCount)
      }
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
