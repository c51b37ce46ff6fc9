import Records

/// An array of numbers that another program wrote, outside memory, read in rows: slices along the first dimension.
package final class ForeignArray {
  /// What messages call it: the file, and the array's name within it.
  package let name: String
  /// The size of each dimension; at least one.
  package let shape: [Int]
  /// Words such as `float32`.
  package var typeName: String { element.title }
  /// Whether its elements are whole numbers by their type.
  package var isInteger: Bool { element.isInteger }
  /// Whether its type has no negative numbers.
  package var isUnsigned: Bool { element.kind == .unsigned }

  let element: ArrayElement
  private let file: SpoolFile
  private let offset: Int
  /// Of each dimension, in elements.
  private let strides: [Int]

  /// More than any array library makes.
  private static let mostDimensions = 64

  /// An array whose bytes begin at `offset` of a mapped spool.
  ///
  /// - Parameters:
  ///   - strides: of each dimension in elements; without them the array lies in row-major order and fills its bytes.
  ///   - available: the bytes that belong to the array there.
  /// - Throws: `Failure` of kind `data` where the shape does not fit these bytes.
  init(
    _ name: String, _ element: ArrayElement, shape: [Int], strides: [Int]? = nil, in file: SpoolFile, at offset: Int,
    available: Int
  ) throws {
    guard !shape.isEmpty else { throw Failure(.data, "\(name): holds a single number, not an array") }
    guard !shape.contains(0) else { throw Failure(.data, "\(name): the array is empty") }
    let words = shape.map(String.init).joined(separator: "×")
    guard shape.count <= Self.mostDimensions, let size = Self.byteCount(element, shape),
      strides != nil || size == available
    else {
      throw Failure(.data, "\(name): \(available) bytes are not an array of \(words) elements of \(element.title)")
    }
    let strides = strides ?? Self.rowMajor(shape)
    guard size <= available else {
      throw Failure(
        .data,
        "\(name): an array of \(words) elements in \(available) bytes repeats some of them; save tensor.contiguous() "
          + "or numpy.ascontiguousarray(array) instead")
    }
    guard Self.reaches(shape, strides, within: available / element.byteCount) else {
      throw Failure(.data, "\(name): the array reaches beyond its bytes")
    }
    self.name = name
    self.shape = shape
    self.element = element
    self.file = file
    self.offset = offset
    self.strides = strides
  }

  /// An array of float32 that fills a mapped spool.
  ///
  /// - Throws: `Failure` of kind `data` where the shape does not fit its bytes.
  package convenience init(_ name: String, float32 file: SpoolFile, shape: [Int]) throws {
    try self.init(name, ArrayElement(kind: .float, byteCount: 4), shape: shape, in: file, at: 0, available: file.count)
  }

  private init(
    _ other: ForeignArray, name: String? = nil, element: ArrayElement? = nil, shape: [Int]? = nil,
    strides: [Int]? = nil, offset: Int? = nil
  ) {
    self.name = name ?? other.name
    self.element = element ?? other.element
    self.shape = shape ?? other.shape
    self.strides = strides ?? other.strides
    self.offset = offset ?? other.offset
    file = other.file
  }

  /// Elements of a row.
  package var rowLength: Int { shape.dropFirst().reduce(1, *) }

  /// The elements of a row in single precision. Precondition: the row exists.
  package func row(_ index: Int) -> [Float] { element.floats(rowBytes(index)[...]) }

  /// The elements of a row as integers, nil for a value beyond `Int`. Precondition: the row exists, and the elements are
  /// integers.
  package func integers(_ index: Int) -> [Int?] { element.integers(rowBytes(index)[...]) }

  /// The bytes of a row in row-major order. Precondition: the row exists.
  func rowBytes(_ index: Int) -> [UInt8] {
    precondition((0..<shape[0]).contains(index), "row \(index) of an array of \(shape)")
    let (row, rowStrides) = (Array(shape.dropFirst()), Array(strides.dropFirst()))
    let start = offset + index * strides[0] * element.byteCount
    if Self.isRowMajor(row, rowStrides) { return file.bytes(start..<start + rowLength * element.byteCount) }
    return file.elements(shape: row, strides: rowStrides, width: element.byteCount, from: start)
  }

  /// One slice along the first dimension as an array. Precondition: there are two dimensions or more, and it exists.
  package func slice(_ index: Int) -> ForeignArray {
    precondition(shape.count > 1 && (0..<shape[0]).contains(index), "slice \(index) of an array of \(shape)")
    return ForeignArray(
      self, name: "\(name): set \(index)", shape: Array(shape.dropFirst()), strides: Array(strides.dropFirst()),
      offset: offset + index * strides[0] * element.byteCount)
  }

  /// The array as the only row of another.
  package var asRow: ForeignArray { ForeignArray(self, shape: [1] + shape, strides: [0] + strides) }

  /// The same bytes taken as signed numbers. Precondition: they are integers.
  package var signed: ForeignArray {
    precondition(isInteger, "\(element.title) as signed integers")
    return ForeignArray(
      self,
      element: ArrayElement(kind: .signed, byteCount: element.byteCount, isBigEndian: element.isBigEndian))
  }

  /// The bytes that such an array takes; nil where no memory holds it, even without the dimensions that are 0.
  static func byteCount(_ element: ArrayElement, _ shape: [Int]) -> Int? {
    var size = element.byteCount
    for length in shape where length != 0 {
      let product = size.multipliedReportingOverflow(by: length)
      guard length > 0, !product.overflow else { return nil }
      size = product.partialValue
    }
    return shape.contains(0) ? 0 : size
  }

  /// The strides of an array whose last dimension moves fastest. Precondition: its size can be counted.
  static func rowMajor(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in shape.indices.dropLast().reversed() {
      strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
    }
    return strides
  }

  /// The strides of an array whose first dimension moves fastest: Fortran's order. Precondition: its size can be counted.
  static func columnMajor(_ shape: [Int]) -> [Int] { rowMajor(shape.reversed()).reversed() }

  /// Whether the elements lie one after the other; the stride of a single element does not matter.
  private static func isRowMajor(_ shape: [Int], _ strides: [Int]) -> Bool {
    zip(shape, zip(strides, rowMajor(shape))).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// Whether all elements lie among the first `count`. Precondition: no dimension is 0.
  private static func reaches(_ shape: [Int], _ strides: [Int], within count: Int) -> Bool {
    guard shape.count == strides.count else { return false }
    var last = 0
    for (length, stride) in zip(shape, strides) {
      let (step, overflow) = (length - 1).multipliedReportingOverflow(by: stride)
      let (sum, tooFar) = last.addingReportingOverflow(step)
      guard stride >= 0, !overflow, !tooFar else { return false }
      last = sum
    }
    return last < count
  }
}
