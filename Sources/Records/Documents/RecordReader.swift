/// Reads the records of files, one after the other, batch by batch as they lie in the frames.
///
/// All batches have the same columns of the same types and the same names of classes; the shape of a record may change.
package final class RecordReader {
  private let limits: StreamLimits
  private var waiting: ArraySlice<InputFile>
  private var frames: FrameReader?
  private var hasDocument = false
  private var rules = StreamRules()

  /// What the stream is called: the names of its files.
  package let name: String

  /// Is told, whenever the next batch is asked for, how many records have been read before.
  package var observer: ((_ records: Int) -> Void)?
  private var count = 0

  /// The place of the batch read last; nil before the first.
  package private(set) var position: FramePosition?

  /// A reader of the given files; each must be a whole stream.
  package init(_ inputs: [InputFile], limits: StreamLimits = .init()) {
    waiting = inputs[...]
    name = inputs.map(\.name).joined(separator: ", ")
    self.limits = limits
  }

  /// The next batch, which may hold no records; nil after the last file's end.
  ///
  /// - Throws: `Failure` of kind `data`, naming file, frame and byte, when a stream is damaged, stops short, is of
  ///   another kind, or changes its columns or classes.
  package func next() throws -> ImageBatch? {
    observer?(count)
    while true {
      guard let frames = try frames ?? nextFile() else { return nil }
      switch try frames.next() {
      case .document(let bytes):
        hasDocument = true
        position = frames.position
        return try frames.locating { try images(bytes) }
      case .endMark(let count):
        try frames.locating { try rules.takeMark(count: count) }
      case nil:
        guard hasDocument else { throw Failure(.data, "\(frames.position.file): holds an end mark and no records") }
        self.frames = nil
      }
    }
  }

  /// A failure of kind `data` at the batch read last.
  package func failure(_ words: String) -> Failure {
    Failure(.data, [position?.description, words].compactMap { $0 }.joined(separator: ": "))
  }

  /// A failure of kind `data` at one record of the batch read last, counted from 0 within it.
  package func failure(record index: Int, _ words: String) -> Failure {
    Failure(
      .data, [position?.description, "record \(index) of it: \(words)"].compactMap { $0 }.joined(separator: ", "))
  }

  private func nextFile() throws -> FrameReader? {
    guard let input = waiting.popFirst() else { return nil }
    frames = try FrameReader.ofDocuments(input, limits: limits)
    rules.startFile()
    hasDocument = false
    return frames
  }

  private func images(_ bytes: [UInt8]) throws -> ImageBatch {
    let batch = try ImageBatch(document: Document(parsing: bytes, limits: limits))
    try rules.take(batch)
    count += batch.count
    return batch
  }
}

extension FrameReader {
  /// Does something with the frame read last, and gives the place to a failure that has none.
  package func locating<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let fault as Failure where fault.kind == .data {
      throw failure(fault.message)
    }
  }
}
