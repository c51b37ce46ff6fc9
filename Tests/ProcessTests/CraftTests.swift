import Records
import TestSupport
import Testing

/// `ue-craft` as a shell runs it.
@Suite struct CraftTests {
  private let folder: TemporaryFolder
  private let batch: ImageBatch

  init() throws {
    folder = try TemporaryFolder()
    batch = try Pictures.batch(count: 60, side: 32)
    _ = try Pictures.write(batch, to: "a.rec", in: folder)
  }

  private func craft(_ arguments: String..., input: String = "a.rec") throws -> ProcessResult {
    try ProcessRunner.run("ue-craft", ["lsp", "--quiet"] + arguments, input: .file(folder.file(input)))
  }

  private func records(_ result: ProcessResult) throws -> ImageBatch {
    #expect(result.status == 0)
    return try #require(try Pictures.read(result.output, in: folder).first)
  }

  @Test func everyPictureIsChangedWithinTheBound() throws {
    let poisoned = try records(try craft("--norm", "0.5"))
    #expect(poisoned.poisoned == [UInt8](repeating: 1, count: 60))
    let before = try #require(batch.image).bytes
    let after = try #require(poisoned.image).bytes
    for record in 0..<60 {
      let square = (record * 3072..<(record + 1) * 3072).reduce(0.0) { sum, index in
        let difference = (Double(after[index]) - Double(before[index])) / 255
        return sum + difference * difference
      }
      #expect(square.squareRoot() <= 0.500_01)
      #expect(square.squareRoot() > 0.3)
    }
  }

  /// FNV-1a of the poisoned pictures: a seed keeps its poison from version to version.
  @Test(
    arguments: [([], 0x92b7_38ed_bf2e_cba8), (["--norm", "4", "--seed", "7"], 0x81b0_645c_c801_558e)]
      as [([String], UInt64)])
  func aSeedKeepsItsPoison(_ arguments: [String], _ sum: UInt64) throws {
    let result = try ProcessRunner.run("ue-craft", ["lsp", "--quiet"] + arguments + [folder.file("a.rec")])
    let bytes = try #require(try records(result).image).bytes
    #expect(bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } == sum)
  }

  @Test(arguments: ["1e20", "3e38"]) func anAbsurdNormIsCutToTheRangeOfPictures(_ norm: String) throws {
    let image = try #require(try records(try craft("--norm", norm)).image)
    #expect(Set(image.bytes) == [0, 255])
    _ = try Pictures.write(Pictures.batch(count: 3, isFloat: true), to: "floats.rec", in: folder)
    let floats = try #require(try records(try craft("--norm", norm, input: "floats.rec")).image)
    #expect(Set(floats.floats) == [0, 1])
  }

  /// What rounding would leave nothing of is told, and by attacks that take long before they begin.
  @Test func boundsBelowOneLevelAreRefused() throws {
    let small = try craft("--norm", "0.02")
    #expect(small.status == 65 && small.errorText.contains("rounding to 8 bits leaves nothing"), "\(small.errorText)")
    let attack = try ProcessRunner.run("ue-craft", ["em", "--eps", "0.003", folder.file("a.rec")])
    #expect(attack.status == 64 && attack.errorText.contains("--eps 0.003: less than 1/255"), "\(attack.errorText)")
  }

  @Test func aShareIsPoisonedBySeedAndIdAlone() throws {
    let some = try records(try craft("--rate", "0.4"))
    let marks = try #require(some.poisoned)
    #expect((10..<40).contains(marks.count { $0 == 1 }))
    _ = try Pictures.write(batch.records(Array((0..<60).reversed())), to: "turned.rec", in: folder)
    let turned = try records(try craft("--rate", "0.4", input: "turned.rec"))
    #expect(turned.poisoned == Array(marks.reversed()))
    #expect(turned.records(Array((0..<60).reversed())).image == some.image)
    #expect(try records(try craft("--rate", "0")).image == batch.image)
    #expect(try records(try craft("--rate", "0.4", "--seed", "1")).poisoned != marks)
  }

  @Test func recordsThatCamePoisonedStaySo() throws {
    var former = batch
    former.set("poisoned", Column((0..<60).map { UInt8($0 % 3 == 0 ? 1 : 0) }, shape: [60]))
    _ = try Pictures.write(former, to: "former.rec", in: folder)
    let drawn = try #require(try records(try craft("--rate", "0.4")).poisoned)
    let marks = try records(try craft("--rate", "0.4", input: "former.rec")).poisoned
    #expect(marks == drawn.enumerated().map { $0 % 3 == 0 ? 1 : $1 })
  }

  @Test func perturbationsMayBeWrittenAlone() throws {
    let alone = try records(try craft("--emit", "perturbation"))
    #expect(alone.image == batch.image)
    let poisoned = try #require(try records(try craft()).image).bytes
    let sums = zip(try #require(alone.perturbation).floats, try #require(batch.image).bytes).map {
      UInt8(($0 * 255 + Float($1)).rounded())
    }
    #expect(sums == poisoned)
  }

  @Test func theSameBytesForAnyThreads() throws {
    #expect(try craft("--threads", "1").output == (try craft("--threads", "2").output))
  }

  @Test func faultsHaveTheirExitCodes() throws {
    #expect(try craft("--rate", "1.5").status == 64)
    #expect(try craft("--norm", "0").status == 64)
    #expect(try ProcessRunner.run("ue-craft", ["magic"]).status == 64)
    _ = try Pictures.write(
      Pictures.batch(count: 2) { $0["label"] = Column([0, Int.max], shape: [2]) }, to: "b.rec", in: folder)
    let result = try craft(input: "b.rec")
    #expect(result.status == 65)
    #expect(result.errorText.contains("\(Int.max)"))
  }
}
