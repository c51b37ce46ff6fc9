import Foundation
import Purification
import Testing
@testable import Training

/// The search for a KL target, on a model that is one formula: a PSNR of 21 dB at 1 nat, and so many decibels more for a
/// target that is e times as large.
@Suite struct DivergenceTargetTests {
  private func step(_ number: Int) -> TrainingStep { TrainingStep(epoch: 0, number: number, rows: [0], rate: 0.1) }

  private func figures(_ psnr: Double, _ divergence: Double) -> [Figure] {
    [Figure("loss", 1), Figure("PSNR", psnr), Figure("KLD", divergence)]
  }

  /// Trains for so many steps; gives the target after each.
  private func targets(
    _ choice: DivergenceTarget.Choice, steps: Int, warmUp: Int = 0, slope: Double,
    divergence: (Float) -> Double = { Double($0) }
  ) -> [Float] {
    let target = DivergenceTarget(choice, steps: steps, warmUp: warmUp)
    return (1...steps).map { number in
      target.took(step(number), figures: figures(21 + slope * log(Double(target.nats)), divergence(target.nats)))
      return target.nats
    }
  }

  @Test(arguments: [4.0, 7.28, 12.0], [(Float(20), Float(22)), (28, 30), (15, 18)])
  func aSearchEndsWithinItsRange(_ slope: Double, _ range: (low: Float, high: Float)) throws {
    let last = try #require(targets(.decibels(low: range.low, high: range.high), steps: 2000, slope: slope).last)
    let psnr = Float(21 + slope * log(Double(last)))
    #expect((range.low...range.high).contains(psnr), "\(psnr) dB at \(last) nats")
  }

  @Test func aGivenTargetStays() {
    #expect(Set(targets(.nats(3), steps: 100, slope: 1)) == [3])
    #expect(!DivergenceTarget(.nats(0), steps: 1).isSearched)
  }

  @Test func theLossOfASearchNeverJumps() {
    #expect([0, 0.99].map { DivergenceTarget(.nats($0)).weight } == [0.5, 0.5])
    #expect([1, 3].map { DivergenceTarget(.nats($0)).weight } == [0.01, 0.01])
    #expect([Float(10), 20, 40].map { DivergenceTarget(.decibels(low: $0, high: $0 + 1)).weight } == [0.01, 0.01, 0.01])
  }

  @Test func aSearchGoesOnWhereItsColumnsWere() throws {
    let choice = DivergenceTarget.Choice.decibels(low: 24, high: 27)
    let (whole, first, second) = (
      DivergenceTarget(choice, steps: 100), DivergenceTarget(choice, steps: 100), DivergenceTarget(choice, steps: 100))
    for number in 1...60 {
      let figures = figures(18 + Double(number) / 10, 2)
      whole.took(step(number), figures: figures)
      (number <= 30 ? first : second).took(step(number), figures: figures)
      guard number == 30 else { continue }
      try second.remember(CheckpointTensors(first.columns, file: "m.part"))
    }
    #expect(second.nats == whole.nats)
  }

  @Test func aSearchRestsWhileTheRateRisesAndInTheLastFifth() {
    let found = targets(.decibels(low: 24, high: 27), steps: 1000, warmUp: 100, slope: 4)
    #expect(Set(found[..<99]).count == 1)
    #expect(found[99] != found[98])
    #expect(found[798] != found[797])
    #expect(Set(found[798...]).count == 1)
  }

  /// A divergence that does not reach the target is not what holds the PSNR back.
  @Test func aTargetThatIsNotReachedIsNotRaised() {
    let found = targets(.decibels(low: 40, high: 42), steps: 1000, slope: 1) { Double($0) / 2 }
    #expect(Set(found).count == 1)
  }

  @Test func aSearchStaysWhereThereAreModels() {
    #expect(targets(.decibels(low: 90, high: 91), steps: 2000, slope: 1).last == DivergenceTarget.searched.upperBound)
    #expect(targets(.decibels(low: 1, high: 2), steps: 2000, slope: 1).last == DivergenceTarget.searched.lowerBound)
  }
}
