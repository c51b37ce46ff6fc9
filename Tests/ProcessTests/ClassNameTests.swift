import Records
import TestSupport
import Testing

/// Models know the names of their classes, and records are understood by them.
@Suite struct ClassNameTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try write("a.rec", ["ant", "bee", "cow"])
    try write("turned.rec", ["cow", "ant", "bee"])
    try write("unknown.rec", ["cow", "ant", "dog"])
    try write("nameless.rec", nil)
    for line in [
      "cls-train -q --width 4 --epochs 30 --batch 8 --no-augmentation a.rec -o c",
      "cls-train -q --width 4 --epochs 1 nameless.rec -o n",
      "dvae-fit -q --width 4 --latent 4 --epochs 1 a.rec -o d",
    ] {
      let result = try shell(line)
      try #require(result.status == 0, "\(result.errorText)")
    }
  }

  private func shell(_ line: String) throws -> ProcessResult { try ProcessRunner.shell(line, directory: folder.path) }

  /// The same pictures of the same named classes, their labels numbered in the order of the names given.
  private func write(_ name: String, _ names: [String]?) throws {
    var batch = try Pictures.batch(count: 24) { columns in
      let order = ["ant": 0, "bee": 1, "cow": 2, "dog": 1]
      let numbers = names.map { names in (0..<3).map { class_ in names.firstIndex { order[$0] == class_ } ?? 0 } }
      columns["label"] = Column((0..<24).map { numbers?[$0 % 3] ?? $0 % 3 }, shape: [24])
    }
    batch.classes = names
    _ = try Pictures.write(batch, to: name, in: folder)
  }

  @Test func modelsHoldTheNames() throws {
    for model in ["c", "d"] {
      #expect(try JSON(parsing: shell("ue-rec info --json \(model)").output)["classes"] == ["ant", "bee", "cow"])
      #expect(try shell("ue-rec info \(model)").text.contains("classes\n  0  ant\n  1  bee\n  2  cow\n"))
    }
    #expect(try JSON(parsing: shell("ue-rec info --json n").output)["classes"] == nil)
  }

  @Test func anotherOrderGivesTheSameReport() throws {
    let plain = try shell("cls-eval c a.rec")
    let turned = try shell("cls-eval c turned.rec")
    #expect(plain.status == 0 && plain.errorText.isEmpty && turned.status == 0)
    #expect(turned.output == plain.output && plain.text.contains("\nant "))
    #expect(turned.errorText.contains("trained on the classes ant, bee, cow, the records name cow, ant, bee"))
  }

  @Test func detectionCountsByTheModelsClassesAndLeavesLabelsAlone() throws {
    for rule in ["argmax", "0.5", "auto"] {
      let plain = try shell("ue-detect c --threshold \(rule) a.rec -o p.rec")
      let turned = try shell("ue-detect c --threshold \(rule) turned.rec -o t.rec")
      #expect(plain.status == 0 && turned.status == 0, "\(turned.errorText)")
      #expect(turned.errorText.hasSuffix(plain.errorText) && turned.errorText != plain.errorText)
      let batches = try ["p.rec", "t.rec", "turned.rec"].map { try Pictures.read(folder.read($0), in: folder)[0] }
      #expect(batches[0].scores == batches[1].scores && batches[0].flags == batches[1].flags)
      #expect(batches[1].labels == batches[2].labels && batches[1].classes == batches[2].classes)
    }
    let again = try shell("ue-detect c --scored --threshold 0.9 t.rec -o u.rec")
    #expect(again.status == 0 && again.errorText.contains("matched by name"), "\(again.errorText)")
  }

  @Test func perturbationsFollowTheNames() throws {
    #expect(try shell("dvae-apply d --perturbation a.rec -o p.rec").status == 0)
    let turned = try shell("dvae-apply d --perturbation turned.rec -o t.rec")
    #expect(turned.status == 0 && turned.errorText.contains("matched by name"))
    let batches = try ["p.rec", "t.rec"].map { try Pictures.read(folder.read($0), in: folder)[0] }
    #expect(batches[0].perturbation == batches[1].perturbation && batches[0].labels != batches[1].labels)
    // What asks for no label says nothing of them.
    #expect(try !shell("dvae-apply d --reconstruct unknown.rec -o r.rec").errorText.contains("class"))
  }

  @Test func surrogatesFollowTheNames() throws {
    for attack in ["tap --steps 2", "sep --steps 2"] {
      let plain = try shell("ue-craft \(attack) --surrogate-model c a.rec -o p.rec")
      let turned = try shell("ue-craft \(attack) --surrogate-model c turned.rec -o t.rec")
      #expect(plain.status == 0 && turned.status == 0, "\(turned.errorText)")
      #expect(turned.errorText.contains("matched by name"))
      let batches = try ["p.rec", "t.rec"].map { try Pictures.read(folder.read($0), in: folder)[0] }
      #expect(batches[0].image == batches[1].image)
      let unknown = try shell("ue-craft \(attack) --surrogate-model c unknown.rec -o u.rec")
      #expect(unknown.status == 65 && unknown.errorText.contains("\"dog\""), "\(unknown.errorText)")
    }
    let mixed = try shell("ue-craft tap --steps 2 --surrogate-model c --surrogate-model n a.rec -o p.rec")
    #expect(mixed.status == 65 && mixed.errorText.contains("do not name the same classes"))
  }

  @Test(arguments: [
    "cls-eval c", "ue-detect c -o x.rec", "dvae-apply d --subtract -o x.rec", "ue-detect c --verdict --held-out",
  ])
  func anUnknownClassIsAnErrorThatNamesIt(_ command: String) throws {
    let result = try shell("\(command) unknown.rec")
    #expect(result.status == 65, "\(result.errorText)")
    #expect(result.errorText.contains("does not know its class \"dog\"; it knows ant, bee, cow"), "\(result.errorText)")
  }

  @Test func withoutNamesANoteSaysThatNumbersDecide() throws {
    for (line, words) in [
      ("cls-eval c nameless.rec", "c: note: the records do not name their classes"),
      ("cls-eval n a.rec", "n: note: the model does not name its 3 classes, the records name ant, bee, cow"),
    ] {
      let result = try shell(line)
      #expect(result.status == 0 && result.errorText.contains(words), "\(result.errorText)")
      #expect(result.errorText.contains("labels are taken for the model's numbers"))
    }
    #expect(try shell("cls-eval n nameless.rec").errorText.isEmpty)
  }

  @Test func aModelWithMoreNamesThanClassesIsRefused() throws {
    let model = try ModelDocument.read(InputFile.open(folder.file("c")))
    let names = ["a", "b", "c", "d"]
    let file = try OutputFile.create(folder.file("more"))
    try ModelDocument(arch: model.arch, config: model.config, classes: names, tensors: model.tensors).write(to: file)
    try file.commit()
    let result = try shell("cls-eval more a.rec")
    #expect(result.status == 65 && result.errorText.contains("names 4 classes and tells 3 apart"))
  }
}
