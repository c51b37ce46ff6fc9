import OrderedCollections
import Records
import TestSupport
import Testing

/// Every attack of `ue-craft` through the executable, on a set small enough to train on.
@Suite struct CraftMethodTests {
  private let folder: TemporaryFolder
  private let batch: ImageBatch

  /// What a method is told so that it takes little time, and its bound.
  struct Method: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let bound: Bound
    enum Bound { case l2, levels, pixel }
    var testDescription: String { arguments[0] }
  }

  private static let small = ["--width", "4", "--epochs", "2", "--batch", "16"]
  static let methods = [
    Method(arguments: ["ar"], bound: .l2), Method(arguments: ["ops"], bound: .pixel),
    Method(arguments: ["em", "--steps", "3"] + small, bound: .levels),
    Method(
      arguments: ["rem", "--steps", "2", "--adversary-steps", "2", "--samples", "1"] + small, bound: .levels),
    Method(arguments: ["tap", "--steps", "5"] + small, bound: .levels),
    Method(arguments: ["sep", "--steps", "3"] + small, bound: .levels),
    Method(arguments: ["ntga", "--block", "16"], bound: .levels),
    Method(arguments: ["ntga", "--network", "fnn", "--block", "16"], bound: .levels),
  ]

  init() throws {
    folder = try TemporaryFolder()
    batch = try Pictures.batch(count: 40, side: 8) { columns in
      columns["weight"] = Column((0..<40).map(Float.init), shape: [40])
    }
    _ = try Pictures.write(batch, to: "a.rec", in: folder)
  }

  private func craft(_ arguments: [String], input: String = "a.rec") throws -> ProcessResult {
    try ProcessRunner.run("ue-craft", arguments, input: .file(folder.file(input)))
  }

  private func records(_ result: ProcessResult) throws -> ImageBatch {
    #expect(result.status == 0, "\(result.errorText)")
    let batches = try Pictures.read(result.output, in: folder)
    #expect(batches.count == 1)
    return try #require(batches.first)
  }

  @Test(arguments: methods) func everyRecordIsChangedWithinTheBound(_ method: Method) throws {
    let result = try craft(method.arguments)
    let poisoned = try records(result)
    #expect(result.errorText.contains("40 of 40 records poisoned, mean l2 norm"))
    #expect(poisoned.poisoned == [UInt8](repeating: 1, count: 40))
    for name in ["label", "id", "weight"] { #expect(poisoned.columns[name] == batch.columns[name]) }
    #expect(poisoned.history.count == 1)
    let (before, after) = (try #require(batch.image).bytes, try #require(poisoned.image).bytes)
    var changed = 0
    for record in 0..<40 {
      let steps = (record * 192..<(record + 1) * 192).map { Int(after[$0]) - Int(before[$0]) }
      changed += steps.contains { $0 != 0 } ? 1 : 0
      switch method.bound {
      case .levels: #expect(steps.allSatisfy { abs($0) <= 8 })
      case .l2: #expect(Double(steps.reduce(0) { $0 + $1 * $1 }).squareRoot() <= 255.01)
      case .pixel: #expect((0..<64).count { place in (0..<3).contains { steps[$0 * 64 + place] != 0 } } <= 1)
      }
    }
    #expect(changed >= 39)
  }

  @Test(arguments: methods) func neitherThreadsNorFramesChangeAByte(_ method: Method) throws {
    let one = try records(try craft(method.arguments + ["--threads", "1", "--quiet"]))
    let writer = RecordWriter(try OutputFile.create(folder.file("cut.rec")))
    for rows in [0..<7, 7..<8, 8..<40] {
      try writer.write(batch.records(rows))
      try writer.flush()
    }
    try writer.close()
    let two = try records(try craft(method.arguments + ["--threads", "2", "--quiet"], input: "cut.rec"))
    #expect(one.image == two.image)
    #expect(one.poisoned == two.poisoned)
  }

  @Test func pixelsAreClassWise() throws {
    let poisoned = try records(try craft(["ops"]))
    let (before, after) = (try #require(batch.image).bytes, try #require(poisoned.image).bytes)
    for label in 0..<3 {
      let rows = (0..<40).filter { $0 % 3 == label }
      // The value that all pictures of the class have after, at the places where one of them was changed.
      let places = Set(rows.flatMap { row in (0..<192).filter { before[row * 192 + $0] != after[row * 192 + $0] } })
      #expect(!places.isEmpty && Set(places.map { $0 % 64 }).count == 1)
      for place in places { #expect(Set(rows.map { after[$0 * 192 + place] }).isSubset(of: [0, 255])) }
      for place in places { #expect(Set(rows.map { after[$0 * 192 + place] }).count == 1) }
    }
  }

  @Test func aShareIsPoisonedAndTheRestStaysClean() throws {
    let poisoned = try records(try craft(["em", "--steps", "2", "--rate", "0.5"] + Self.small))
    let marks = try #require(poisoned.poisoned)
    #expect((5..<35).contains(marks.count { $0 == 1 }))
    let (before, after) = (try #require(batch.image), try #require(poisoned.image))
    for row in 0..<40 where marks[row] == 0 { #expect(after.records([row]) == before.records([row])) }
    #expect(try records(try craft(["em", "--rate", "0"])).image == before)
  }

  @Test func floatsStayFloats() throws {
    _ = try Pictures.write(try Pictures.batch(count: 20, isFloat: true), to: "f.rec", in: folder)
    let poisoned = try records(try craft(["tap", "--steps", "3", "--eps", "0.01"] + Self.small, input: "f.rec"))
    let before = try #require(try Pictures.batch(count: 20, isFloat: true).image).floats
    let after = try #require(poisoned.image).floats
    #expect(zip(before, after).allSatisfy { ($0 - $1).magnitude <= 0.01 + 1e-6 && (0...1).contains($1) })
    #expect(before != after)
  }

  @Test func surrogatesMayComeFromElsewhere() throws {
    let trained = try ProcessRunner.run(
      "cls-train",
      ["-q", "--width", "4", "--epochs", "1", "--batch", "20", "-o", folder.file("c"), folder.file("a.rec")])
    #expect(trained.status == 0, "\(trained.errorText)")
    for method in ["tap", "sep"] {
      let result = try craft([method, "--steps", "2", "--surrogate-model", folder.file("c")])
      #expect(try records(result).history[0].models?.count == 1)
      #expect(result.errorText.contains("epoch 1/1"))
      #expect(!result.errorText.contains("accuracy"))
    }
    let other = try Pictures.batch(count: 10, classes: 5)
    _ = try Pictures.write(other, to: "five.rec", in: folder)
    let refused = try craft(["tap", "--surrogate-model", folder.file("c")], input: "five.rec")
    #expect(refused.status == 65)
    #expect(refused.errorText.contains("label 3"))
  }

  @Test func theLogTellsOfTrainingAndCrafting() throws {
    let result = try craft(["tap", "--quiet", "--steps", "2", "--log", folder.file("log")] + Self.small)
    #expect(result.status == 0 && result.errorText == "")
    let lines = try folder.read("log").split(separator: UInt8(ascii: "\n")).map { try JSON(parsing: Array($0)) }
    #expect(lines.count == 3)
    #expect(lines[1]["accuracy"] != nil && lines[2]["target"] != nil)
  }

  @Test func perturbationsFromElsewhereAreAdded() throws {
    let header = Array("{'descr': '|i1', 'fortran_order': False, 'shape': (3, 3, 8, 8), }\n".utf8)
    let noise = (0..<3 * 192).map { UInt8(bitPattern: Int8($0 % 5 - 2)) }
    let file = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + noise
    try folder.write(file, to: "noise.npy")
    let open = try craft(["apply", folder.file("noise.npy")])
    #expect(open.status == 65)
    #expect(open.errorText.contains("--by id or --by label"))
    let poisoned = try records(try craft(["apply", folder.file("noise.npy"), "--by", "label"]))
    let (before, after) = (try #require(batch.image).bytes, try #require(poisoned.image).bytes)
    for index in after.indices {
      let step = (index / 192 % 3 * 192 + index % 192) % 5 - 2
      #expect(Int(after[index]) == min(255, max(0, Int(before[index]) + step)))
    }
    let byID = try craft(["apply", folder.file("noise.npy"), "--by", "id"])
    #expect(byID.status == 65)
    #expect(byID.errorText.contains("its id is 100"))
  }

  @Test func faultsHaveTheirExitCodes() throws {
    for eps in ["2", "0", "8/0", "nan"] {
      let result = try craft(["em", "--eps", eps])
      #expect(
        result.status == 64 && result.errorText.contains("--eps \(eps): give a number or fraction above 0 and up to 1"))
    }
    #expect(try craft(["em", "--eps", "large"]).status == 64)
    #expect(try craft(["rem", "--adversary-eps", "2"]).errorText.contains("--adversary-eps 2: give a number"))
    #expect(try craft(["rem", "--samples", "0"]).status == 64)
    #expect(try craft(["tap", "--surrogate", "vgg"]).status == 64)
    #expect(try craft(["apply", folder.file("nothing.npy")]).status == 66)
    #expect(try craft(["tap", "--surrogate-model", folder.file("a.rec")]).status == 65)
    let cut = try Array(folder.read("a.rec").dropLast(30))
    try folder.write(cut, to: "cut.rec")
    let result = try craft(["ops"], input: "cut.rec")
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
  }
}
