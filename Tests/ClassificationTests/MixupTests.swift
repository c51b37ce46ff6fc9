import Testing
import Training

@testable import Classification

@Suite struct MixupTests {
  private let fixture: DefenceFixture

  init() throws { fixture = try DefenceFixture("mixup") }

  @Test func aStepIsPyTorchs() throws {
    let order = try fixture.numbers("order").integers
    try fixture.expectStep(on: Mixup.mixed(fixture.batch, share: fixture.numbers("share").floats[0], order: order))
  }

  @Test func sharesAndOrdersAreOfTheStep() throws {
    let first = try fixture.defended(Mixup(seed: 3), step: 5)
    let share = try #require(first.mixture?.shares.first)
    #expect((0..<1).contains(share) && first.mixture?.shares.allSatisfy { $0 == share } == true)
    #expect(first.mixture?.labels.sorted() == fixture.batch.labels.sorted())
    #expect(try fixture.defended(Mixup(seed: 3), step: 5).pictures == first.pictures)
    #expect(try fixture.defended(Mixup(seed: 3), step: 6).pictures != first.pictures)
    #expect(try fixture.defended(Mixup(seed: 4), step: 5).pictures != first.pictures)
  }

  /// Of one picture there is no other: it stays as it is, but for rounding.
  @Test func onePictureIsMixedWithItself() throws {
    let alone = try fixture.defended(Mixup(seed: 3), rows: 0..<1)
    #expect(zip(alone.pictures, fixture.batch.pictures).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
