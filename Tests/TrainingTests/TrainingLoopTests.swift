import Compute
import Records
import Testing
import Training

@Suite struct TrainingLoopTests {
  @Test func epochsAndStepsAreReported() throws {
    var events: [String] = []
    var rates: [Float] = []
    try TrainingLoop.run(
      EpochSchedule(count: 5, batch: 2, seed: 0), epochs: 2, rate: 1,
      report: { event in
        switch event {
        case .begin(let at), .step(let at): events.append("\(at.epoch)/\(at.epochs) \(at.step)/\(at.steps)")
        case .epoch(let at): events.append("epoch \(at.epoch) \(at.pictures) \(at.figures[0].value)")
        case .note(let words): events.append(words)
        }
      }
    ) { step in
      rates.append(step.rate)
      return [Figure("count", Double(rates.count))]
    }
    #expect(
      events == [
        "1/2 0/2", "1/2 1/2", "1/2 2/2", "epoch 1 4 1.5", "2/2 0/2", "2/2 1/2", "2/2 2/2", "epoch 2 4 3.5",
      ])
    #expect(rates == [1, 1, 0.5, 0.5])
  }

  @Test func theRateRisesBeforeItFalls() throws {
    var rates: [Float] = []
    try TrainingLoop.run(EpochSchedule(count: 4, batch: 2, seed: 0), epochs: 4, rate: 1, warmUp: 2, report: { _ in }) {
      rates.append($0.rate)
      return []
    }
    let cosine = (0..<4).map { cosineRate(epoch: $0, of: 4, base: 1) }
    #expect(
      rates == [
        cosine[0] / 4, cosine[0] / 2, cosine[1] * 0.75, cosine[1], cosine[2], cosine[2], cosine[3], cosine[3],
      ])
  }

  @Test(arguments: [Float.nan, .infinity]) func aLossThatIsNoNumberIsAFailure(_ value: Float) {
    let parameter = Parameter("weight", shape: [1], values: [2])
    let tape = Tape()
    let loss = Tensor([value], shape: [], tape: tape)
    let step = TrainingLoop.Step(epoch: 3, number: 17, rows: [], rate: 1)
    #expect {
      try TrainingLoop.update([parameter], loss: loss, tape: tape, maximumNorm: 5, at: step) {
        parameter.values = [0]
      }
    } throws: { error in
      (error as? Failure)?.kind == .software && "\(error)".contains("step 17 (epoch 4)")
    }
    #expect(parameter.values == [2])
  }
}
