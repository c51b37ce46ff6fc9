import OrderedCollections
import Records
import TestSupport
import Testing

/// Sets at the edges of what the tools take.
@Suite struct LimitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> ProcessResult { try ProcessRunner.shell(line, directory: folder.path) }

  private func write(_ batch: ImageBatch, _ name: String = "a.rec") throws {
    _ = try Pictures.write(batch, to: name, in: folder)
  }

  /// A model of each kind, for pictures of 8×8 with 3 classes: `m` and `c`.
  private func makeModels() throws {
    try write(Pictures.batch(count: 6), "train.rec")
    #expect(try shell("dvae-fit --width 2 --latent 2 --epochs 1 -q -o m train.rec").status == 0)
    #expect(try shell("cls-train --width 1 --epochs 1 -q -o c train.rec").status == 0)
  }

  @Test func aStreamWithoutRecordsPassesEveryFilter() throws {
    try makeModels()
    try write(Pictures.batch(count: 0))
    for filter in [
      "ue-rec head", "ue-craft lsp", "ue-craft lsp --emit perturbation", "dvae-apply m --subtract",
      "dvae-apply m --reconstruct", "dvae-apply m --perturbation",
      "ue-rec head | ue-craft lsp | dvae-apply m --subtract",
    ] {
      let result = try shell("cat a.rec | \(filter) > b.rec && ue-rec info --json b.rec")
      #expect(result.status == 0, "\(filter): \(result.errorText)")
      #expect(try JSON(parsing: result.output)["records"]?.integer == 0)
    }
    for consumer in ["dvae-fit -q", "cls-train -q", "cls-eval c"] {
      let result = try shell("\(consumer) < a.rec")
      #expect(result.status == 65 && result.output == [])
      #expect(result.errorText.contains("no records"), "\(consumer): \(result.errorText)")
    }
  }

  @Test func picturesOfOnePixel() throws {
    try makeModels()
    try write(Pictures.batch(count: 20, side: 1))
    let craft = "ue-craft lsp < a.rec | ue-rec select 'label < 3' | tee b.rec"
    #expect(try shell("\(craft) | cls-train --width 1 --epochs 1 --batch 8 -q > one").status == 0)
    #expect(try shell("cls-eval one b.rec").text.hasPrefix("records 20  accuracy "))
    let fit = try shell("dvae-fit -q < a.rec")
    #expect(fit.status == 65 && fit.errorText.contains("both sides must be even"))
    let apply = try shell("dvae-apply m --subtract < a.rec")
    #expect(apply.status == 65 && apply.errorText.contains("[3, 1, 1]"), "\(apply.errorText)")
  }

  @Test(.disabled(if: Sanitizer.isOn, Sanitizer.reason)) func tenThousandClasses() throws {
    let count = 10_000
    try write(Pictures.batch(count: count, side: 2, classes: count))
    #expect(try shell("ue-rec info a.rec").status == 0)
    let line = "ue-craft lsp < a.rec | cls-train --width 1 --epochs 1 --batch 1000 -q -o c"
    #expect(try shell(line).status == 0)
    let report = try shell("ulimit -v 1048576; cls-eval c a.rec")
    #expect(report.status == 0 && report.text.hasPrefix("records 10000  accuracy "), "\(report.errorText)")
    let json = try shell("ulimit -v 1048576; cls-eval --json c a.rec > all.json; echo $?; tail -c 12 all.json")
    #expect(json.text.hasPrefix("0\n") && json.text.hasSuffix("]]}\n"), "\(json.errorText)")
    #expect(
      try shell("tr -cd '[' < all.json | wc -c").text == "10002\n", "a list of classes and as many rows as classes")
    let fit = "dvae-fit --width 2 --latent 2 --epochs 1 --batch 1000 -q -o m a.rec && dvae-apply m --subtract a.rec"
    #expect(try shell("\(fit) | ue-rec info").text.contains("10000 records"))
  }

  @Test(arguments: [Int.max, Int.max - 1, 1 << 40, 1 << 20, Int.min]) func absurdLabelsAreNamed(_ label: Int) throws {
    try makeModels()
    try write(Pictures.batch(count: 6) { $0["label"] = Column([0, 1, 2, label, 1, 2], shape: [6]) })
    for filter in [
      "dvae-fit -q", "cls-train -q", "cls-eval c", "ue-craft lsp", "dvae-apply m --subtract", "dvae-fit --model ae -q",
    ] {
      let result = try shell("\(filter) a.rec > out")
      #expect(result.status == 65, "\(filter)")
      #expect(result.errorText.contains("\(label)"), "\(filter): \(result.errorText)")
    }
    #expect(try shell("ue-rec head a.rec > b.rec").status == 0)
    #expect(try shell("ue-rec info a.rec").status == (label < 0 ? 65 : 0))
  }

  @Test func absurdIdsAreNumbersLikeOthers() throws {
    try makeModels()
    try write(Pictures.batch(count: 4) { $0["id"] = Column([Int.max, Int.min, -1, Int.max], shape: [4]) })
    for filter in [
      "dvae-fit --width 2 --latent 2 --epochs 1 -q", "cls-train --width 1 --epochs 1 -q", "ue-craft lsp",
      "dvae-apply m --subtract", "cls-eval c", "ue-rec info", "ue-rec head",
    ] {
      let result = try shell("\(filter) < a.rec > out")
      #expect(result.status == 0, "\(filter): \(result.errorText)")
    }
  }

  @Test(.disabled(if: Sanitizer.isOn, Sanitizer.reason), arguments: [0, 8]) func aHeaderOfSixteenMebibytesIsTheLongest(
    _ excess: Int
  ) throws {
    var batch = try Pictures.batch(count: 2)
    let rest = batch.document().serialized().prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    // The entry's name, quotes and comma take 8 bytes.
    batch.metadata["note"] = String(repeating: "x", count: 16 << 20 - rest - 10 + excess)
    try write(batch)
    let result = try shell("ulimit -v 1048576; ue-rec info a.rec")
    #expect(result.status == (excess == 0 ? 0 : 65), "\(result.errorText.prefix(300))")
    if excess > 0 { #expect(result.errorText.contains("header claims 16777224 bytes; at most 16777216 are read")) }
  }

  /// As many tensors as a header of 16 MiB can name.
  @Test(.disabled(if: Sanitizer.isOn, Sanitizer.reason)) func aHeaderFullOfTensorsIsReadInGoodTime() throws {
    let claims = (0..<200_000).map { #""\#($0)":{"dtype":"U8","shape":[1,0],"data_offsets":[1,1]}"# }
    let first = #""image":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]},"#
    let header =
      #"{"__metadata__":{"ue.kind":"images","ue.version":"1"},"# + first + claims.joined(separator: ",") + "}"
    let length = header.utf8.count
    #expect(length < 16 << 20)
    let document = (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array(header.utf8) + [7]
    let output = try OutputFile.create(folder.file("many.rec"))
    let frames = try FrameWriter(output)
    try frames.write(document: document)
    try frames.writeEndMark(count: 1)
    try output.commit()
    let result = try shell("ulimit -v 1048576 -t 20; ue-rec info --json many.rec | tail -c 1000")
    // The picture is no picture: the tensors before it were all looked at.
    #expect(result.status == 65, "\(result.errorText)")
    #expect(result.errorText.contains("many.rec: frame 1"), "\(result.errorText)")
  }
}
