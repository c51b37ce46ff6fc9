import CZstd
import Glibc
import OrderedCollections
import TestSupport
import Testing

@testable import Records

extension TemporaryFolder {
  /// Writes bytes to a file and opens it.
  func opened(_ bytes: [UInt8], _ name: String = "in.rec") throws -> InputFile {
    // Some file systems wait for the disk when a file is cut to nothing and written again, but not for a new one.
    unlink(file(name))
    return try InputFile.open(write(bytes, to: name))
  }

  /// What `body` writes to an output file, which is then committed.
  func written(_ body: (OutputFile) throws -> Void) throws -> [UInt8] {
    let output = try OutputFile.create(file("out"))
    try body(output)
    try output.commit()
    return try read("out")
  }

  /// The bytes of a stream of batches.
  func stream(_ batches: [ImageBatch], entry: HistoryEntry? = nil) throws -> [UInt8] {
    let writer = RecordWriter(try OutputFile.create(file("out")), entry: entry)
    for batch in batches { try writer.write(batch) }
    try writer.close()
    return try read("out")
  }

  /// The bytes of a stream with one frame for each batch, whatever its size.
  func framed(_ batches: [ImageBatch]) throws -> [UInt8] {
    try written { output in
      let frames = try FrameWriter(output)
      for batch in batches { try frames.write(document: batch.document().serialized()) }
      try frames.writeEndMark(count: batches.reduce(0) { $0 + $1.count })
    }
  }

  /// All batches that the bytes of a stream hold.
  func batches(_ stream: [UInt8], limits: StreamLimits = .init()) throws -> [ImageBatch] {
    let reader = RecordReader([try opened(stream)], limits: limits)
    var batches: [ImageBatch] = []
    while let batch = try reader.next() { batches.append(batch) }
    return batches
  }
}

/// Random numbers of a test, the same in every run.
struct TestRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}

/// A batch with the usual columns, its values drawn by `seed`.
func sampleBatch(_ count: Int, side: Int = 4, seed: Int = 1) throws -> ImageBatch {
  var random = TestRandom(seed)
  return try ImageBatch(
    columns: [
      "image": Column(random.bytes(count * 3 * side * side), shape: [count, 3, side, side]),
      "label": Column(random.bytes(count).map { Int($0) % 10 }, shape: [count]),
      "id": Column(Array(0..<count), shape: [count]),
    ])
}

/// One zstd frame as another program may write it.
func foreignFrame(_ content: [UInt8], size: Bool, checksum: Bool, level: Int32 = 3) -> [UInt8] {
  let context = ZSTD_createCCtx()
  defer { ZSTD_freeCCtx(context) }
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, size ? 1 : 0)
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0)
  return [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(content.count)) { buffer, count in
    count = ZSTD_compress2(context, buffer.baseAddress, buffer.count, content, content.count)
  }
}

/// A skippable frame.
func skippable(_ payload: [UInt8], magic: UInt32 = 0x184D_2A50) -> [UInt8] {
  littleEndian(magic) + littleEndian(UInt32(payload.count)) + payload
}

/// The message of the failure of kind `data` that `body` must throw.
func dataFailure(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) -> String {
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
