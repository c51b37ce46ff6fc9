import Glibc
import Records
import Testing

extension TemporaryFolder {
  /// Writes bytes to a file and opens it.
  package func opened(_ bytes: [UInt8], _ name: String = "in.rec") throws -> InputFile {
    // Some file systems wait for the disk when a file is cut to nothing and written again, but not for a new one.
    unlink(file(name))
    return try InputFile.open(write(bytes, to: name))
  }

  /// What `body` writes to an output file, which is then committed.
  package func written(_ body: (OutputFile) throws -> Void) throws -> [UInt8] {
    let output = try OutputFile.create(file("out"))
    try body(output)
    try output.commit()
    return try read("out")
  }

  /// The bytes of a stream of batches.
  package func stream(_ batches: [ImageBatch], entry: HistoryEntry? = nil) throws -> [UInt8] {
    let writer = RecordWriter(try OutputFile.create(file("out")), entry: entry)
    for batch in batches { try writer.write(batch) }
    try writer.close()
    return try read("out")
  }

  /// The bytes of a stream with one frame for each batch, whatever its size.
  package func framed(_ batches: [ImageBatch]) throws -> [UInt8] {
    try written { output in
      let frames = try FrameWriter(output)
      for batch in batches { try frames.write(document: batch.document().serialized()) }
      try frames.writeEndMark(count: batches.reduce(0) { $0 + $1.count })
    }
  }

  /// All batches that the bytes of a stream hold.
  package func batches(_ stream: [UInt8], limits: StreamLimits = .init()) throws -> [ImageBatch] {
    let reader = RecordReader([try opened(stream)], limits: limits)
    var batches: [ImageBatch] = []
    while let batch = try reader.next() { batches.append(batch) }
    return batches
  }
}

/// Random numbers of a test, the same in every run.
package struct TestRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }

  package mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}

/// A batch with the usual columns, its values drawn by `seed`.
package func sampleBatch(_ count: Int, side: Int = 4, seed: Int = 1) throws -> ImageBatch {
  var random = TestRandom(seed)
  return try ImageBatch(
    columns: [
      "image": Column(random.bytes(count * 3 * side * side), shape: [count, 3, side, side]),
      "label": Column(random.bytes(count).map { Int($0) % 10 }, shape: [count]),
      "id": Column(Array(0..<count), shape: [count]),
    ])
}

/// The message of the failure of kind `data` that `body` must throw.
package func dataFailure(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) -> String {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let failure as Failure {
    #expect(failure.kind == .data, sourceLocation: sourceLocation)
    return failure.message
  } catch {
    Issue.record("\(error) is no Failure", sourceLocation: sourceLocation)
  }
  return ""
}
