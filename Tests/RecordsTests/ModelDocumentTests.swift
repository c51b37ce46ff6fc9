import TestSupport
import Testing

@testable import Records

@Suite struct ModelDocumentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sample() throws -> ModelDocument {
    try ModelDocument(
      arch: "dvae", config: ["width": 64, "rate": 1.5, "stem": "7", "tags": [true, .null]],
      history: [HistoryEntry(command: "dvae-fit --kld 1", version: "1.0")],
      tensors: [
        "z.weight": Column([1, 2, -3.5, .pi] as [Float], shape: [2, 2]), "b": Column([7] as [Float], shape: []),
        "none": Column([] as [Float], shape: [0, 3]), "n": Column([5] as [Int], shape: [1]),
      ])
  }

  private func written(_ model: ModelDocument) throws -> [UInt8] {
    try folder.written { try model.write(to: $0) }
  }

  @Test func modelsComeBack() throws {
    let model = try sample()
    let back = try ModelDocument.read(folder.opened(written(model)))
    #expect(back == model && back.tensors.keys.elements == ["z.weight", "b", "none", "n"])
    #expect(try written(back) == written(sample()))
  }

  @Test func theDigestIsWhatSha256sumPrints() throws {
    let model = try sample()
    let bytes = try written(model)
    let frames = try FrameReader(folder.opened(bytes, "m1"))
    guard case .document(let document) = try frames.next() else { throw Failure(.data, "no document") }
    try folder.write(document, to: "m1.safetensors")
    let printed = try ProcessRunner.shell("sha256sum < m1.safetensors", directory: folder.path)
    #expect(printed.status == 0 && "sha256:\(printed.text.prefix(64))" == model.digest)
    #expect(try Digest.sha256([]) == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func aFileHoldsOneModel() throws {
    let model = try written(sample())
    let images = try folder.stream([sampleBatch(1)])
    let cases = [
      (model + model, "one model only"), (images, "expected a model, found records of images"),
      (model.dropLast(24) + model, "expected the end mark after the model"),
      (Array(model.dropLast(24)), "without an end mark"),
      (model.dropLast(24) + EndMark.frame(count: 2), "this one counts 2"),
      (EndMark.frame(count: 1), "found an end mark"),
      (model + EndMark.frame(count: 0), "nothing after"), ([], "empty"),
    ]
    for (bytes, words) in cases {
      let message = dataFailure { _ = try ModelDocument.read(folder.opened(bytes)) }
      #expect(message.contains(words), "\(message)")
    }
    _ = try ModelDocument.read(folder.opened(skippable([1]) + model + skippable([2])))
    let mixed = dataFailure { _ = try folder.batches(model) }
    #expect(mixed.contains("frame 1 (byte 0): expected records of images, found a model"), "\(mixed)")
  }

  @Test func modelsWithoutTheirDescriptionAreRefused() throws {
    let whole = ["ue.kind": "model", "ue.version": "1", "ue.arch": "vae", "ue.config": "{}"]
    let cases: [(String, String?, String)] = [
      ("ue.arch", nil, "ue.arch"), ("ue.config", nil, "ue.config"), ("ue.config", "[]", "not a JSON object"),
      ("ue.config", #"{"a":1,"a":2}"#, "stands twice"), ("ue.history", "3", "not a JSON array"),
      ("ue.version", "9", "found version \"9\""),
    ]
    for (key, value, words) in cases {
      var metadata = whole
      metadata[key] = value
      let frame = foreignFrame(Document(metadata: metadata).serialized(), size: true, checksum: true)
      let message = dataFailure { _ = try ModelDocument.read(folder.opened(frame + EndMark.frame(count: 1))) }
      #expect(message.contains("frame 1 (byte 0): ") && message.contains(words), "\(message)")
    }
  }
}
