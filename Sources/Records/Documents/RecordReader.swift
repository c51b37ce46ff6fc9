import OrderedCollections

/// Reads the records of files, one after the other, batch by batch as they lie in the frames.
///
/// All batches have the same columns of the same types; the shape of a record may change.
public final class RecordReader {
  private let limits: StreamLimits
  private var waiting: ArraySlice<InputFile>
  private var frames: FrameReader?
  private var recordsSinceMark: UInt64 = 0
  private var hasDocument = false
  private var types: OrderedDictionary<String, ElementType>?

  /// The place of the batch read last; nil before the first.
  public private(set) var position: FramePosition?

  /// A reader of the given files; each must be a whole stream.
  public init(_ inputs: [InputFile], limits: StreamLimits = .init()) {
    waiting = inputs[...]
    self.limits = limits
  }

  /// The next batch, which may hold no records; nil after the last file's end.
  ///
  /// - Throws: `Failure` of kind `data`, naming file, frame and byte, when a stream is damaged, stops short, is of
  ///   another kind, or changes its columns.
  public func next() throws -> ImageBatch? {
    while true {
      guard let frames = try frames ?? nextFile() else { return nil }
      switch try frames.next() {
      case .document(let bytes):
        hasDocument = true
        position = frames.position
        let batch = try frames.locating { try images(bytes) }
        recordsSinceMark += UInt64(batch.count)
        return batch
      case .endMark(let count):
        try frames.locating { try checkMark(count) }
      case nil:
        guard hasDocument else { throw Failure(.data, "\(frames.position.file): holds an end mark and no records") }
        self.frames = nil
      }
    }
  }

  /// A failure of kind `data` at the batch read last.
  public func failure(_ words: String) -> Failure {
    Failure(.data, [position?.description, words].compactMap { $0 }.joined(separator: ": "))
  }

  /// A failure of kind `data` at one record of the batch read last, counted from 0 within it.
  public func failure(record index: Int, _ words: String) -> Failure {
    Failure(.data, [position?.description, "record \(index) of it: \(words)"].compactMap { $0 }.joined(separator: ", "))
  }

  private func nextFile() throws -> FrameReader? {
    guard let input = waiting.popFirst() else { return nil }
    frames = try FrameReader(input, limits: limits)
    recordsSinceMark = 0
    hasDocument = false
    return frames
  }

  private func images(_ bytes: [UInt8]) throws -> ImageBatch {
    let batch = try ImageBatch(document: Document(parsing: bytes, limits: limits))
    let found = batch.columns.mapValues(\.type)
    if let types { try Self.check(found, against: types) }
    types = types ?? found
    return batch
  }

  private static func check(
    _ found: OrderedDictionary<String, ElementType>, against types: OrderedDictionary<String, ElementType>
  ) throws {
    for (name, type) in types where found[name] != type {
      let change = found[name].map { "is \($0.rawValue) here and \(type.rawValue)" } ?? "is missing here and present"
      throw Failure(.data, "the column \(name.quoted) \(change) in the frames before; streams that differ do not mix")
    }
    for name in found.keys where types[name] == nil {
      throw Failure(
        .data, "the column \(name.quoted) is present here and missing in the frames before; streams that differ do not mix")
    }
  }

  private func checkMark(_ count: UInt64) throws {
    guard count == recordsSinceMark else {
      throw Failure(
        .data, "the end mark counts \(count) records, \(recordsSinceMark) came; frames were lost or added: "
          + "make the file again")
    }
    recordsSinceMark = 0
  }
}

extension FrameReader {
  /// Does something with the frame read last, and gives the place to a failure that has none.
  func locating<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let fault as Failure where fault.kind == .data {
      throw failure(fault.message)
    }
  }
}
