import Testing
import Training

@testable import Classification

@Suite struct AdversarialTrainingTests {
  private let fixture: DefenceFixture
  private let defence = AdversarialTraining(radius: 8 / 255, steps: 10, stepSize: 1.6 / 255, seed: 3)

  init() throws { fixture = try DefenceFixture("adversarial") }

  private func crafted(atOnce records: Int) throws -> [Float] {
    let start = zip(fixture.batch.pictures, try fixture.pictures("noise")).map { $0 + 1.6 / 255 * $1 }
    return defence.worst(near: fixture.batch, from: start, fixture.model, atOnce: records)
  }

  @Test func aStepIsPyTorchs() throws {
    try fixture.expectStep(on: fixture.batch.with(pictures: crafted(atOnce: 6)))
  }

  @Test(arguments: [1, 4]) func howManyAreMovedAtOnceChangesNothing(_ records: Int) throws {
    #expect(try crafted(atOnce: records) == crafted(atOnce: 6))
  }

  @Test func startsAreOfTheRecordAndTheStepAlone() throws {
    let (whole, alone) = (try fixture.defended(defence, step: 5), try fixture.defended(defence, rows: 1..<2, step: 5))
    #expect(alone.pictures == whole[1..<2].pictures)
    #expect(try fixture.defended(defence, rows: 1..<2, step: 6).pictures != alone.pictures)
    #expect(whole.labels == fixture.batch.labels && whole.ids == fixture.batch.ids)
  }

  @Test func picturesStayNearTheirOwnAndOnTheUnitScale() throws {
    let (moved, own) = (try fixture.defended(defence).pictures, fixture.batch.pictures)
    #expect(zip(moved, own).allSatisfy { abs($0 - $1) <= 8 / 255 + 1e-6 && (0...1).contains($0) })
    #expect(moved != own)
  }
}
