import Records
import TestSupport
import Testing

/// `ue-craft apply` as a shell runs it, on files such as others publish.
@Suite struct CraftApplyTests {
  private let folder: TemporaryFolder
  private let batch: ImageBatch
  /// Levels to be added to each of the records, planar.
  private let levels: [Int8] = (0..<12 * 192).map { Int8($0 * 7 % 17 - 8) }

  init() throws {
    folder = try TemporaryFolder()
    batch = try Pictures.batch(count: 12, side: 8) { $0["id"] = Column(Array(0..<12), shape: [12]) }
    _ = try Pictures.write(batch, to: "a.rec", in: folder)
    try folder.write(numPy("|i1", levels.map { UInt8(bitPattern: $0) }, shape: [12, 3, 8, 8]), to: "noise.npy")
  }

  private func numPy(_ type: String, _ bytes: [UInt8], shape: [Int]) -> [UInt8] {
    let words = shape.map { "\($0), " }.joined()
    let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(words)), }\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + bytes
  }

  private func apply(_ arguments: String..., input: String = "a.rec") throws -> ProcessResult {
    try ProcessRunner.run("ue-craft", ["apply"] + arguments, input: .file(folder.file(input)))
  }

  private func image(_ result: ProcessResult) throws -> [UInt8] {
    #expect(result.status == 0, "\(result.errorText)")
    return try #require(try Pictures.read(result.output, in: folder).first?.image).bytes
  }

  private func expectFault(
    _ result: ProcessResult, _ status: Int32, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      result.status == status && result.errorText.contains(words), "\(result.errorText)", sourceLocation: sourceLocation
    )
  }

  private func sums(of rows: Range<Int>) throws -> [UInt8] {
    let clean = try #require(batch.image).bytes
    return (0..<12 * 192).map { (place: Int) -> UInt8 in
      guard rows.contains(place / 192) else { return clean[place] }
      return UInt8(clamping: Int(clean[place]) + Int(levels[place]))
    }
  }

  @Test func itTellsWhatItSettledOn() throws {
    let result = try apply(folder.file("noise.npy"), "--by", "id")
    #expect(try image(result) == sums(of: 0..<12))
    let clean = try #require(batch.image).bytes
    let clipped = (0..<12 * 192).count { !(0...255).contains(Int(clean[$0]) + Int(levels[$0])) }
    #expect(result.errorText.contains("; \(clipped) of 2304 values cut to the range of pictures\n"))
    #expect(
      result.errorText.hasSuffix("perturbations by id, scale byte; 12 of 12 used, 0 not\n"), "\(result.errorText)")
    #expect(try apply(folder.file("noise.npy"), "--by", "id", "-q").errorText.isEmpty)
  }

  /// Twice the same ids, and rows that no record uses: another set's perturbations would go unseen.
  @Test func aSetThatDoesNotMatchIsRefusedUnlessTold() throws {
    _ = try Pictures.write(batch.records(0..<6), to: "half.rec", in: folder)
    try folder.write(folder.read("half.rec") + folder.read("half.rec"), to: "twice.rec")
    let noise = folder.file("noise.npy")
    expectFault(try apply(noise, "--by", "id", input: "twice.rec"), 65, "the id 0 occurs a second time")
    let output = folder.file("out.rec")
    let half = try apply(noise, "--by", "id", "-o", output, input: "half.rec")
    expectFault(half, 65, "6 of 12 perturbations belong to no record, such as that of id 6")
    #expect(try !folder.names().contains("out.rec"))
    let told = try apply(noise, "--by", "id", "--allow-mismatch", input: "twice.rec")
    #expect(told.status == 0 && told.errorText.contains("6 of 12 used, 6 not"), "\(told.errorText)")
  }

  @Test func aListTellsWhichArePoisoned() throws {
    let noise = folder.file("noise.npy")
    try folder.write(Array("3\n4, 5\n".utf8), to: "ids.txt")
    try folder.write(numPy("<i2", [3, 0, 4, 0, 5, 0], shape: [3]), to: "ids.npy")
    for list in ["ids.txt", "ids.npy"] {
      let result = try apply(noise, "--by", "id", "--only", folder.file(list))
      #expect(try image(result) == sums(of: 3..<6))
      #expect(result.errorText.contains("3 of 12 records poisoned"))
    }
    for (text, words) in [
      ("3 12", "names ids that no record has, 12 among them (1 in all)"), ("3 x", "\"x\""), ("3 3", "twice"),
    ] {
      try folder.write(Array(text.utf8), to: "bad.txt")
      expectFault(try apply(noise, "--by", "id", "--only", folder.file("bad.txt")), 65, words)
    }
  }

  @Test func ownPerturbationsAreFoundById() throws {
    let craft = ["lsp", "-q", "--rate", "0.5"]
    let (pictures, alone) = (folder.file("p.rec"), folder.file("d.rec"))
    for (extra, path) in [([], pictures), (["--emit", "perturbation"], alone)] as [([String], String)] {
      let made = try ProcessRunner.run("ue-craft", craft + extra + ["-o", path, folder.file("a.rec")])
      #expect(made.status == 0, "\(made.errorText)")
    }
    _ = try Pictures.write(batch.records(Array((0..<12).reversed())), to: "turned.rec", in: folder)
    let result = try apply(alone, input: "turned.rec")
    #expect(result.status == 0, "\(result.errorText)")
    let turned = try #require(try Pictures.read(result.output, in: folder).first)
    let expected = try #require(try Pictures.read(folder.read("p.rec"), in: folder).first)
    #expect(turned.records(Array((0..<12).reversed())).image == expected.image)
    #expect(turned.records(Array((0..<12).reversed())).poisoned == expected.poisoned)
    expectFault(try apply(alone, "--scale", "unit"), 64, "leave --scale out")
    expectFault(try apply(folder.file("a.rec")), 65, "--emit perturbation")
  }

  @Test func truncationGivesTheOfficialBytes() throws {
    let noise = (0..<12 * 192).map { (place: Int) -> Float in Float(place * 7 % 31 - 15) / 510 }
    try folder.write(numPy("<f4", noise.withUnsafeBytes { Array($0) }, shape: [12, 3, 8, 8]), to: "float.npy")
    let clean = try #require(batch.image).bytes
    let official = zip(clean, noise).map { (byte: UInt8, addend: Float) -> UInt8 in
      let sum = Float(byte) + addend * 255
      return UInt8(min(255, max(0, sum)))
    }
    let result = try apply(folder.file("float.npy"), "--by", "id", "--quantise", "truncate")
    #expect(try image(result) == official)
    #expect(try image(try apply(folder.file("float.npy"), "--by", "id")) != official)
    let floats = try Pictures.batch(count: 12, isFloat: true)
    _ = try Pictures.write(floats, to: "floats.rec", in: folder)
    expectFault(
      try apply(folder.file("noise.npy"), "--quantise", "truncate", "--by", "id", input: "floats.rec"), 65, "--quantise"
    )
  }

  @Test func setsOfSeveralAskForOne() throws {
    let zeros = [UInt8](repeating: 0, count: levels.count)
    try folder.write(
      numPy("|i1", zeros + levels.map { UInt8(bitPattern: $0) }, shape: [2, 12, 3, 8, 8]), to: "sets.npy")
    let sets = folder.file("sets.npy")
    expectFault(try apply(sets, "--by", "id"), 65, "--index")
    #expect(try image(try apply(sets, "--by", "id", "--index", "1")) == sums(of: 0..<12))
    expectFault(try apply(sets, "--by", "id", "--index", "2"), 64, "holds 2 sets")
    expectFault(try apply(sets, "--by", "id", "--index", "-1"), 64, "--index")
  }
}
