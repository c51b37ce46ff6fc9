import OrderedCollections
import Records

/// A NumPy archive (`.npz`) of every column as one array, under the column's name, and of the classes' names as
/// `classes`: what `numpy.load` reads.
///
/// An archive holds its arrays one after the other, a stream its records: the columns wait in temporary files (`TMPDIR`).
package struct NumPyArchiveSink: RecordSink {
  private let output: OutputFile
  private var columns: OrderedDictionary<String, ColumnSpool> = [:]
  private var classes: [String]?
  private var count = 0
  private var isStarted = false

  /// One column, gathered.
  private struct ColumnSpool {
    let type: ElementType
    var recordShape: [Int]
    let file: SpoolFile
    var checksum = CRC32()
  }

  /// An archive in one file.
  package init(_ output: OutputFile) { self.output = output }

  package mutating func write(_ batch: ImageBatch, failure: (Int, String) -> Failure) throws {
    if !isStarted { try start(batch, failure) }
    isStarted = true
    for (name, column) in batch.columns {
      guard var spool = columns[name] else { continue }
      // A batch without records need not know the size of its pictures: it counts only where no other comes.
      if count == 0 { spool.recordShape = column.recordShape }
      guard batch.count == 0 || column.recordShape == spool.recordShape else {
        throw failure(
          0, "\(name.quoted) is \(column.recordShape), before it was \(spool.recordShape); an array has one shape")
      }
      spool.checksum.add(column.bytes)
      try spool.file.append(column.bytes)
      columns[name] = spool
    }
    count += batch.count
  }

  private mutating func start(_ batch: ImageBatch, _ failure: (Int, String) -> Failure) throws {
    classes = batch.classes
    for (name, column) in batch.columns {
      guard column.type.numPyName != nil else {
        throw failure(0, "\(name.quoted) is \(column.type.rawValue), for which NumPy has no type")
      }
      guard !name.isEmpty, !name.contains("/"), !name.contains("\\"), name.utf8.count < 1000, name != "classes" else {
        throw failure(0, "\(name.quoted) cannot be the name of an array in an archive of records")
      }
      columns[name] = ColumnSpool(type: column.type, recordShape: column.recordShape, file: try SpoolFile())
    }
  }

  package mutating func close() throws {
    var archive = ZipWriter(output)
    for (name, column) in columns {
      try column.file.map()
      let head = NumPyHeader.bytes(type: column.type.numPyName ?? "", shape: [count] + column.recordShape)
      try archive.begin(
        name + ".npy", byteCount: head.count + column.file.count,
        checksum: CRC32(head).followed(by: column.checksum, byteCount: column.file.count))
      try archive.write(head)
      for start in stride(from: 0, to: column.file.count, by: 1 << 20) {
        try archive.write(column.file.bytes(start..<min(column.file.count, start + 1 << 20)))
      }
    }
    if let classes { try archive.add("classes.npy", Self.array(of: classes)) }
    try archive.finish()
    try output.commit()
  }

  /// The words as NumPy's array of text, four bytes a character, the shorter ones filled up with zeros.
  private static func array(of words: [String]) -> [UInt8] {
    let length = max(1, words.map(\.unicodeScalars.count).max() ?? 0)
    let characters = words.flatMap { word in
      word.unicodeScalars.map(\.value) + [UInt32](repeating: 0, count: length - word.unicodeScalars.count)
    }
    return NumPyHeader.bytes(type: "<U\(length)", shape: [words.count]) + characters.flatMap(littleEndian)
  }

  package var notes: [String] { [] }
}

extension ElementType {
  /// What NumPy calls the type in an array's header; nil for the one that it does not have.
  fileprivate var numPyName: String? {
    switch self {
    case .bool: "|b1"
    case .u8: "|u1"
    case .i8: "|i1"
    case .u16: "<u2"
    case .i16: "<i2"
    case .u32: "<u4"
    case .i32: "<i4"
    case .u64: "<u8"
    case .i64: "<i8"
    case .f16: "<f2"
    case .f32: "<f4"
    case .f64: "<f8"
    case .bf16: nil
    }
  }
}

extension NumPyHeader {
  /// What comes before an array's elements, which are in row-major order: format version 1.0, filled up with spaces so
  /// that the elements begin at a multiple of 64 bytes.
  static func bytes(type: String, shape: [Int]) -> [UInt8] {
    let dimensions = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(dimensions)), }".utf8)
    text += [UInt8](repeating: UInt8(ascii: " "), count: (64 - (10 + text.count + 1) % 64) % 64)
    text.append(UInt8(ascii: "\n"))
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + littleEndian(UInt16(clamping: text.count)) + text
  }
}
