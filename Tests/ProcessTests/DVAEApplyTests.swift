import Records
import TestSupport
import Testing

/// `dvae-apply` as a shell runs it.
@Suite struct DVAEApplyTests {
  private let folder: TemporaryFolder
  private let batch: ImageBatch

  init() throws {
    folder = try TemporaryFolder()
    batch = try Pictures.batch(count: 20) { columns in
      columns["weather"] = Column((0..<60).map { UInt8($0) }, shape: [20, 3])
    }
    let stream = try Pictures.write(batch, to: "a.rec", in: folder)
    let fit = ["--width", "4", "--latent", "6", "--epochs", "1", "--batch", "8", "--quiet"]
    for name in ["dvae", "vae"] {
      let result = try ProcessRunner.run(
        "dvae-fit", fit + ["--model", name, "-o", folder.file(name)], input: .file(stream))
      #expect(result.status == 0)
    }
  }

  private func apply(_ arguments: String..., model: String = "dvae", input: String = "a.rec") throws -> ProcessResult {
    try ProcessRunner.run(
      "dvae-apply", [folder.file(model), "--quiet"] + arguments, input: .file(folder.file(input)))
  }

  @Test(arguments: ["--subtract", "--add", "--reconstruct"]) func picturesAreReplacedAndTheRestPassesThrough(
    _ mode: String
  ) throws {
    let result = try apply(mode)
    #expect(result.status == 0)
    #expect(result.errorText == "")
    let made = try #require(try Pictures.read(result.output, in: folder).first)
    #expect(made.image?.type == .u8)
    #expect(made.image?.shape == batch.image?.shape)
    #expect(made.image != batch.image)
    for name in ["label", "id", "weather"] { #expect(made.columns[name] == batch.columns[name]) }
    let model = try ModelDocument.read(InputFile.open(folder.file("dvae")))
    #expect(made.history.last?.models == [model.digest])
  }

  @Test func perturbationsAddUpWithThePictures() throws {
    let perturbed = try #require(try Pictures.read(apply("--perturbation").output, in: folder).first)
    #expect(perturbed.image == batch.image)
    let perturbation = try #require(perturbed.perturbation)
    #expect(perturbation.shape == [20, 3, 8, 8])
    #expect(perturbation.floats.contains { $0 < 0 } && perturbation.floats.contains { $0 > 0 })
    // Modes draw apart from one another; without a draw they are about the same perturbation.
    let mean = try #require(
      try Pictures.read(apply("--perturbation", "--latent", "mean").output, in: folder).first?.perturbation)
    let subtracted = try #require(
      try Pictures.read(apply("--subtract", "--latent", "mean", "--dtype", "f32").output, in: folder).first?.image)
    let pictures = try #require(batch.image).bytes.map { Float($0) / 255 }
    for (index, value) in subtracted.floats.enumerated() {
      #expect((value - min(1, max(0, pictures[index] - mean.floats[index]))).magnitude <= 1e-6)
    }
  }

  @Test func noRecordsOfUnknownSizePassThrough() throws {
    let nothing = try Pictures.batch(count: 0) { $0["image"] = Column([] as [UInt8], shape: [0, 3, 0, 0]) }
    _ = try Pictures.write(nothing, to: "none.rec", in: folder)
    for mode in ["--subtract", "--perturbation"] {
      let result = try apply(mode, input: "none.rec")
      #expect(result.status == 0)
      #expect(try Pictures.read(result.output, in: folder).map(\.count) == [0])
    }
  }

  @Test func theSameSeedGivesTheSameBytesForAnyThreadsAndFrames() throws {
    let first = try apply("--subtract", "--threads", "1").output
    #expect(try apply("--subtract", "--threads", "2").output == first)
    #expect(try apply("--subtract", "--seed", "9").output != first)
    for (name, rows) in [("b.rec", 0..<9), ("c.rec", 9..<20)] {
      _ = try Pictures.write(batch.records(rows), to: name, in: folder)
    }
    let parts = try ProcessRunner.shell(
      "dvae-apply dvae --subtract -q b.rec c.rec | tee d.rec | wc -c", directory: folder.path)
    #expect(parts.status == 0)
    let joined = try Pictures.read(folder.read("d.rec"), in: folder)
    #expect(joined.flatMap { $0.image?.bytes ?? [] } == (try Pictures.read(first, in: folder).first?.image?.bytes))
  }

  @Test func aModelMayComeThroughThePipe() throws {
    let result = try ProcessRunner.shell(
      "cat dvae | dvae-apply - --reconstruct -q a.rec | cmp - <(dvae-apply dvae --reconstruct -q a.rec)",
      directory: folder.path)
    // The command line differs and so does the history: only the last frame's metadata may tell them apart.
    #expect(result.status == 1)
    #expect(try ProcessRunner.run("dvae-apply", ["-", "--subtract"], input: .file(folder.file("dvae"))).status == 64)
  }

  @Test func aReportSaysHowItWent() throws {
    let result = try ProcessRunner.run(
      "dvae-apply", [folder.file("dvae"), "--subtract", "-o", folder.file("out.rec")],
      input: .file(folder.file("a.rec")))
    #expect(result.status == 0)
    #expect(result.errorText.hasPrefix("dvae-apply: 20 records, PSNR "))
    #expect(result.errorText.contains("mean l2 norm of p̂"))
  }

  @Test func aStreamWithoutRecordsStaysOne() throws {
    _ = try Pictures.write(batch.records(0..<0), to: "none.rec", in: folder)
    for mode in ["--subtract", "--perturbation"] {
      let result = try apply(mode, input: "none.rec")
      #expect(result.status == 0)
      #expect(try Pictures.read(result.output, in: folder).map(\.count) == [0])
    }
  }

  @Test func unfitModelsAndRecordsAreNamed() throws {
    #expect(try apply("--subtract", model: "vae").status == 64)
    #expect(try apply("--reconstruct", model: "vae").status == 0)
    let asModel = try apply("--subtract", model: "a.rec")
    #expect(asModel.status == 65)
    let unfit: [(ImageBatch, String)] = [
      (try Pictures.batch(count: 4, side: 10), "[3, 10, 10]"),
      (try Pictures.batch(count: 4, channels: 1), "[1, 8, 8]"),
      (try Pictures.batch(count: 4, classes: 4), "label 3"),
      (try Pictures.batch(count: 4) { $0["label"] = nil }, "label"),
      (try Pictures.batch(count: 4) { $0["image"] = nil }, "image"),
    ]
    for (index, (batch, words)) in unfit.enumerated() {
      _ = try Pictures.write(batch, to: "\(index).rec", in: folder)
      let result = try apply("--subtract", input: "\(index).rec")
      #expect(result.status == 65)
      #expect(result.errorText.contains(words), "\(result.errorText)")
    }
    _ = try ProcessRunner.shell("cls-train --width 4 --epochs 1 -q a.rec > c", directory: folder.path)
    let classifier = try apply("--subtract", model: "c")
    #expect(classifier.status == 65)
    #expect(classifier.errorText.contains("resnet18"))
  }

  @Test func completeRecordsBeforeAFaultPass() throws {
    let whole = try folder.read("a.rec")
    try folder.write(whole + whole.dropLast(40), to: "cut.rec")
    let result = try apply("--subtract", input: "cut.rec")
    #expect(result.status == 65)
    var read = 0
    let reader = RecordReader([try InputFile.open(folder.write(result.output, to: "part.rec"))])
    #expect(throws: Failure.self) { while let batch = try reader.next() { read += batch.count } }
    #expect(read == 20)
  }

  @Test func aModeMustBeChosen() throws {
    #expect(try apply().status == 64)
    #expect(try apply("--add", "--subtract").status == 64)
    #expect(try apply("--reconstruct", "--latent", "median").status == 64)
    #expect(try apply("--reconstruct", "--dtype", "f16").status == 64)
  }

  @Test func aReaderThatLeavesEndsItQuietly() throws {
    let result = try ProcessRunner.shell(
      "for i in 1 2 3 4 5 6 7 8; do cat a.rec; done | dvae-apply dvae --perturbation -q | head -c 10 | wc -c; exit ${PIPESTATUS[0]}",
      directory: folder.path)
    #expect(result.errorText == "")
    #expect(result.text.contains("10"))
  }

  /// The stream is longer than a pipe holds: once it is written, the filter has begun to read.
  @Test func aSignalAsksHowManyRecordsHavePassed() throws {
    try SampleStream.write(SampleStream.batch(300), to: "long.rec", in: folder)
    let line = """
      dvae-fit --width 2 --latent 2 --epochs 1 -q long.rec -o tiny && mkfifo in || exit 1
      dvae-apply tiny --subtract -q in > out.rec 2> words & filter=$!
      exec 3> in
      for i in {1..40}; do cat long.rec >&3; done
      kill -USR1 $filter
      until [ -s words ]; do cat long.rec >&3 || exit 1; done
      exec 3>&-
      wait $filter && cat words
      """
    let result = try ProcessRunner.shell(line, directory: folder.path)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try result.text.wholeMatch(of: Regex(#"dvae-apply: \d+ records  [0-9.]+ images/s  \d+:\d\d\n"#)) != nil)
  }
}
