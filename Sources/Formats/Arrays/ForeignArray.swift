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
  package var isInteger: Bool { element.kind != .float }

  private let element: ArrayElement
  private let file: SpoolFile
  private let offset: Int

  /// An array whose bytes begin at `offset` of a mapped spool.
  ///
  /// - Parameter available: the bytes that belong to the array there.
  /// - Throws: `Failure` of kind `data` where the shape does not fit these bytes.
  init(_ name: String, _ element: ArrayElement, shape: [Int], in file: SpoolFile, at offset: Int, available: Int) throws
  {
    guard !shape.isEmpty else { throw Failure(.data, "\(name): holds a single number, not an array") }
    guard !shape.contains(0) else { throw Failure(.data, "\(name): the array is empty") }
    guard let size = Self.byteCount(element, shape), size == available else {
      let words = shape.map(String.init).joined(separator: "×")
      throw Failure(.data, "\(name): \(available) bytes are not an array of \(words) elements of \(element.title)")
    }
    self.name = name
    self.shape = shape
    self.element = element
    self.file = file
    self.offset = offset
  }

  /// Elements of a row.
  package var rowLength: Int { shape.dropFirst().reduce(1, *) }

  /// The elements of a row in single precision. Precondition: the row exists.
  package func row(_ index: Int) -> [Float] {
    precondition((0..<shape[0]).contains(index), "row \(index) of an array of \(shape)")
    let width = rowLength * element.byteCount
    return element.numbers(file.bytes(offset + index * width..<offset + (index + 1) * width)[...])
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
}

extension ArrayElement {
  /// The elements of any type as single precision numbers.
  fileprivate func numbers(_ bytes: ArraySlice<UInt8>) -> [Float] {
    switch (kind, byteCount) {
    case (.float, _): floats(bytes)
    // Integers beyond `Int` are far beyond any picture too.
    default: integers(bytes).map { $0.map { Float($0) } ?? .infinity }
    }
  }
}
