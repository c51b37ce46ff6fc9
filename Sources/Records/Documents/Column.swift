/// A tensor as a document holds it: a type, a shape, and little-endian bytes in row-major order.
///
/// In a document of images the first dimension counts the records.
package struct Column: Sendable, Equatable {
  /// The type of its elements.
  package let type: ElementType
  /// The size of each dimension, the records first.
  package let shape: [Int]
  /// The elements in row-major order, little-endian.
  package let bytes: [UInt8]

  /// A column of the given bytes. Precondition: there are as many as type and shape say.
  package init(type: ElementType, shape: [Int], bytes: [UInt8]) {
    precondition(bytes.count == shape.reduce(type.byteCount, *), "\(bytes.count) bytes for \(type.rawValue) \(shape)")
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// A U8 column.
  package init(_ values: [UInt8], shape: [Int]) {
    self.init(type: .u8, shape: shape, bytes: values)
  }

  /// An F32 column.
  package init(_ values: [Float], shape: [Int]) {
    self.init(type: .f32, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
  }

  /// An I64 column.
  package init(_ values: [Int], shape: [Int]) {
    self.init(type: .i64, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
  }

  /// The number of records: the first dimension; 1 for a scalar.
  package var count: Int { shape.first ?? 1 }

  /// The shape of one record: all dimensions but the first.
  package var recordShape: [Int] { Array(shape.dropFirst()) }

  /// Bytes of one record.
  package var recordByteCount: Int { recordShape.reduce(type.byteCount, *) }

  /// The elements of an F32 column. Precondition: that is its type.
  package var floats: [Float] {
    precondition(type == .f32, "the elements of a column of \(type.rawValue) are not F32")
    return elements(zero: 0)
  }

  /// The elements of an I64 column. Precondition: that is its type.
  package var integers: [Int] {
    precondition(type == .i64, "the elements of a column of \(type.rawValue) are not I64")
    return elements(zero: 0)
  }

  /// The records of a range.
  package func records(_ range: Range<Int>) -> Column {
    let width = recordByteCount
    return Column(
      type: type, shape: [range.count] + recordShape,
      bytes: Array(bytes[range.lowerBound * width..<range.upperBound * width]))
  }

  /// The records of the given rows, in the order given.
  package func records(_ rows: [Int]) -> Column {
    let width = recordByteCount
    var chosen: [UInt8] = []
    chosen.reserveCapacity(rows.count * width)
    for row in rows { chosen += bytes[row * width..<(row + 1) * width] }
    return Column(type: type, shape: [rows.count] + recordShape, bytes: chosen)
  }

  private func elements<Element: BitwiseCopyable>(zero: Element) -> [Element] {
    var elements = [Element](repeating: zero, count: bytes.count / MemoryLayout<Element>.stride)
    elements.withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    return elements
  }
}

/// The types of elements that a safetensors document may hold, by the names it gives them.
package enum ElementType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case u16 = "U16"
  case i16 = "I16"
  case f16 = "F16"
  case bf16 = "BF16"
  case u32 = "U32"
  case i32 = "I32"
  case f32 = "F32"
  case u64 = "U64"
  case i64 = "I64"
  case f64 = "F64"

  /// Bytes of one element.
  package var byteCount: Int {
    switch self {
    case .bool, .u8, .i8: 1
    case .u16, .i16, .f16, .bf16: 2
    case .u32, .i32, .f32: 4
    case .u64, .i64, .f64: 8
    }
  }
}
