import RecordTools
import Records
import TestSupport
import Testing

/// `ue-rec select`, `sample`, `shuffle`, `split` and `merge` as a shell runs them.
@Suite struct RecordFilterTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SampleStream.write(SampleStream.batch(50), to: "a.rec", in: folder)
  }

  private func ueRec(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell("ue-rec \(line)", directory: folder.path)
  }

  /// All records of a file, as one batch for each frame.
  private func batches(_ name: String) throws -> [ImageBatch] {
    try Pictures.read(folder.read(name), in: folder)
  }

  private func ids(_ name: String) throws -> [Int] { try batches(name).flatMap { $0.ids ?? [] } }

  @Test func selectPassesOnWhatMeetsTheCondition() throws {
    let result = try ueRec("select 'label == \"dog\" && id < 10' < a.rec > b.rec")
    #expect(result.status == 0)
    #expect(result.errorText == "ue-rec: 5 of 50 records selected\n")
    let batch = try #require(batches("b.rec").first)
    #expect(batch.ids == [1, 3, 5, 7, 9])
    #expect(batch.columns == (try SampleStream.batch(50).records([1, 3, 5, 7, 9]).columns))
    #expect(batch.history.last?.command == #"ue-rec select 'label == "dog" && id < 10'"#)
  }

  @Test func selectOfNothingIsAStreamWithoutRecords() throws {
    #expect(try ueRec("select -q 0 a.rec | ue-rec info --json").text.contains(#""records":0"#))
  }

  @Test(arguments: [
    ("select 'label = 3' a.rec", 64, "ue-rec: character 7 of the condition"),
    ("select 'flag == 1' a.rec", 65, "a.rec: frame 1 (byte 0): the condition asks for the column \"flag\""),
    ("select 'label == dog' a.rec", 65, "image, label, id; for the class of that name write 'dog', in quotes"),
    ("select \"label == 'bird'\" a.rec", 64, "there is no class \"bird\""),
    ("sample a.rec", 64, "give either -n or --rate"),
    ("sample -n 3 --rate 0.5 a.rec", 64, "give either -n or --rate"),
    ("sample --rate 1.5 a.rec", 64, "--rate 1.5"),
    ("sample -n -1 a.rec", 64, "-n"),
    ("split -n 0 --prefix x a.rec", 64, "-n 0"),
    ("split -n 2 --prefix missing/x a.rec", 73, "missing/x0.rec"),
    ("merge a.rec a.rec", 65, "no column that the first lacks"),
    ("merge --columns score a.rec a.rec", 65, "the second stream has no column \"score\""),
    ("merge --columns label a.rec half.rec", 65, "record 1 of it: the second stream has no record of the id 1"),
    ("merge --columns label a.rec twice.rec", 65, "the id 0 comes a second time"),
    ("merge --columns id a.rec a.rec", 64, "the ids are what merging goes by"),
    ("merge - -", 64, "not both"),
  ]) func refusals(_ line: String, _ status: Int32, _ words: String) throws {
    let batch = try SampleStream.batch(50)
    try SampleStream.write(batch.records(stride(from: 0, to: 50, by: 2).map { $0 }), to: "half.rec", in: folder)
    try SampleStream.write(batch.records(Array(0..<50) + [0]), to: "twice.rec", in: folder)
    let result = try ueRec(line)
    #expect(result.status == status)
    #expect(result.errorText.contains(words), "\(result.errorText)")
  }

  @Test func sampleDrawsTheSameRecordsHoweverTheFramesAreCut() throws {
    for part in ["0", "1"] { #expect(try ueRec("split -n 2 --prefix part a.rec; test -f part\(part).rec").status == 0) }
    for (line, name) in [
      ("sample -n 12 --seed 4 a.rec", "one"), ("sample -n 12 --seed 4 part0.rec part1.rec", "two"),
      ("sample -n 12 --seed 5 a.rec", "other"), ("sample --rate 0.4 --seed 4 a.rec", "rate"),
      ("sample --rate 0.4 --seed 4 part0.rec part1.rec", "rates"),
    ] {
      #expect(try ueRec("\(line) -qo \(name)").status == 0)
    }
    let drawn = try ids("one")
    #expect(drawn.count == 12 && Set(drawn).count == 12 && drawn == drawn.sorted())
    #expect(try ids("two") == drawn)
    #expect(try ids("other") != drawn)
    #expect(try ids("rate") == ids("rates"))
    #expect((10...30).contains(try ids("rate").count))
  }

  @Test func sampleOfAllThatAnIntegerHoldsPassesAllOn() throws {
    let result = try ProcessRunner.shell(
      "ue-rec sample -n \(Int.max) a.rec | ue-rec diff - a.rec", directory: folder.path)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test func sampleOfMoreThanThereIsPassesAllOn() throws {
    #expect(try ueRec("sample -qn 99 a.rec > b.rec").status == 0)
    #expect(try ids("b.rec") == Array(0..<50))
    #expect(try ueRec("sample -qn 0 a.rec | ue-rec info --json").text.contains(#""records":0"#))
  }

  /// The records of the lowest draws are kept however many candidates are struck off on the way: of 3000 at once, or of
  /// 2000 of them, and of 1000 of those.
  @Test func sampleStrikesOffTheRightOnes() throws {
    try SampleStream.write(SampleStream.batch(3000, side: 1), to: "many.rec", in: folder)
    #expect(try ueRec("sample -qn 5 many.rec -o one").status == 0)
    let steps = "sample -qn 2000 many.rec | ue-rec sample -qn 1000 | ue-rec sample -qn 5 -o two"
    #expect(try ueRec(steps).status == 0)
    #expect(try ids("one").count == 5 && ids("one") == ids("two"))
  }

  /// Every record is as likely as any other: of 50 records 10, 200 times.
  @Test func sampleIsFair() throws {
    let reader = { RecordReader([try InputFile.open(folder.file("a.rec"))]) }
    var counts = [Int](repeating: 0, count: 50)
    for seed in 0..<200 {
      let writer = RecordWriter(try OutputFile.create(folder.file("s.rec")))
      try SampleFilter(.count(10), seed: UInt64(seed)).run(reader(), writer)
      for id in try ids("s.rec") { counts[id] += 1 }
    }
    // 40 expected, standard deviation 5.7.
    #expect(counts.allSatisfy { (15...65).contains($0) }, "\(counts)")
  }

  @Test func shuffleKeepsEveryRecordWhole() throws {
    #expect(try ueRec("shuffle --seed 3 a.rec -o b.rec").status == 0)
    #expect(try ueRec("shuffle --seed 3 < a.rec > c.rec").status == 0)
    let order = try ids("b.rec")
    #expect(order.sorted() == Array(0..<50) && order != order.sorted())
    #expect(try ids("c.rec") == order)
    #expect(try batches("b.rec").first?.columns == SampleStream.batch(50).records(order).columns)
  }

  /// Streams of different histories and shapes mixed: each record keeps its own shape.
  @Test func shuffleTakesPicturesOfSeveralSizes() throws {
    try SampleStream.write(SampleStream.batch(5, side: 4), to: "small.rec", in: folder)
    #expect(try ueRec("shuffle a.rec small.rec -o b.rec").status == 0)
    let found = try batches("b.rec")
    #expect(found.reduce(0) { $0 + $1.count } == 55)
    let small = found.filter { $0.image?.recordShape == [3, 4, 4] }
    #expect(small.flatMap { $0.ids ?? [] }.sorted() == [0, 1, 2, 3, 4])
  }

  @Test func splitAndCatIsTheStreamAgain() throws {
    let line = "split -n 12 --prefix p- a.rec && cat p-*.rec | ue-rec diff --json a.rec - && ls p-*.rec | wc -l"
    let result = try ueRec(line)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains(#""records":50"#) && result.text.contains(#""image":{"differing":0"#))
    #expect(result.text.hasSuffix("12\n"))
    #expect(try ids("p-00.rec") == [0, 1, 2, 3, 4] && ids("p-11.rec") == [46, 47, 48, 49])
    #expect(try batches("p-00.rec").first?.history == SampleStream.batch(1).history)
    let second = try ueRec("head -n 1 a.rec | ue-rec split -n 2 --prefix q && ue-rec info --json q1.rec")
    #expect(second.text.contains(#""records":0"#))
  }

  @Test func splitOfADamagedStreamLeavesNoFiles() throws {
    let result = try ueRec("split -n 2 --prefix p <(head -c 400 a.rec)")
    #expect(result.status == 65)
    #expect(try !folder.names().contains { $0.hasPrefix("p") })
  }

  @Test func mergeAddsColumnsById() throws {
    var scored = try SampleStream.batch(50)
    scored.remove("image")
    scored.set("score", Column((0..<50).map { Float($0) / 50 }, shape: [50]))
    scored.set("label", Column([Int](repeating: 0, count: 50), shape: [50]))
    try SampleStream.write(scored.records((0..<50).reversed()), to: "scores.rec", in: folder)
    #expect(try ueRec("merge -q a.rec scores.rec > b.rec").status == 0)
    let merged = try #require(batches("b.rec").first)
    #expect(merged.scores == (0..<50).map { Float($0) / 50 })
    #expect(try merged.labels == SampleStream.batch(50).labels)
    let line = "select -q 'id < 7' scores.rec | ue-rec merge --columns label --matched a.rec - > c.rec"
    #expect(try ueRec(line).status == 0)
    let replaced = try #require(batches("c.rec").first)
    #expect(replaced.ids == Array(0..<7) && replaced.labels == [Int](repeating: 0, count: 7))
    #expect(replaced.scores == nil)
  }

  @Test func mergeRefusesAPerturbationOfAnotherShape() throws {
    var other = try SampleStream.batch(50, side: 4)
    other.set("perturbation", Column([Float](repeating: 0, count: 50 * 48), shape: [50, 3, 4, 4]))
    try SampleStream.write(other, to: "other.rec", in: folder)
    let result = try ueRec("merge --columns perturbation a.rec other.rec > b.rec")
    #expect(result.status == 65)
    #expect(result.errorText.contains("its pictures are [50, 3, 8, 8]"), "\(result.errorText)")
  }
}
