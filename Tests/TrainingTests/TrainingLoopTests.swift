import Compute
import Records
import Testing
import Training

/// Loops over pieces and steps, and the trainer that takes the steps.
@Suite struct TrainingLoopTests {
  /// One linear map, whose mean square is made small: enough to see what a step does.
  private final class Line: Module {
    let weight: Parameter
    let bias = Parameter("bias", shape: [1], values: [0])
    init(_ weight: Float) { self.weight = Parameter("weight", shape: [1, 1], values: [weight]) }
    var parameters: [Parameter] { [weight, bias] }
  }

  private struct Smallness: TrainingObjective {
    let model: Line
    var module: any Module { model }

    func loss(_ x: Tensor, of batch: TrainingBatch, at step: TrainingStep) -> TrainingLoss {
      let y = globalAveragePool(x)
      return TrainingLoss(
        meanSquare(linear(y, weight: model.weight, bias: model.bias)), figures: [Figure("count", Double(step.number))])
    }

    func answers(_ x: Tensor, labels: [Int], ids: [Int]) -> [Tensor] {
      [linear(globalAveragePool(x), weight: model.weight, bias: model.bias)]
    }
  }

  /// Pictures of one pixel, and a note of every step.
  private final class Pixels: BatchSource {
    private(set) var steps: [TrainingStep] = []

    func batch(at step: TrainingStep, for model: Line) -> TrainingBatch {
      steps.append(step)
      return TrainingBatch(
        pictures: step.rows.map { _ in 1 }, shape: PictureShape(height: 1, width: 1, channels: 1), labels: step.rows,
        ids: step.rows)
    }
  }

  private func recipe(_ length: Recipe.Length) -> Recipe {
    var recipe = Recipe(epochs: 1, batch: 2, learningRate: 0.01, optimization: .sgd(momentum: 0, weightDecay: 0))
    recipe.length = length
    return recipe
  }

  /// What is reported of a training, and the steps that it took.
  private func train(_ recipe: Recipe, records: Int = 5) throws -> (events: [String], steps: [TrainingStep], Line) {
    let (line, source) = (Line(2), Pixels())
    var events: [String] = []
    let training = TrainingLoop(recipe, records: records, seed: 0)
    let loop = try ResumableLoop(epochs: training.epochs) { event in
      switch event {
      case .begin(let at), .step(let at): events.append("\(at.epoch)/\(at.epochs) \(at.step)/\(at.steps)")
      case .epoch(let at): events.append("epoch \(at.epoch) \(at.pictures) \(at.figures[0].value)")
      case .note(let words): events.append(words)
      }
    }
    try training.run(Trainer(Smallness(model: line), recipe), on: source, in: loop)
    return (events, source.steps, line)
  }

  @Test func epochsAndStepsAreReported() throws {
    let (events, steps, line) = try train(recipe(.epochs(2)))
    #expect(
      events == [
        "1/2 0/2", "1/2 1/2", "1/2 2/2", "epoch 1 4 1.5", "2/2 0/2", "2/2 1/2", "2/2 2/2", "epoch 2 4 3.5",
      ])
    #expect(steps.map(\.number) == [1, 2, 3, 4])
    #expect(steps.map(\.epoch) == [0, 0, 1, 1])
    #expect(steps.map(\.rate) == [0.01, 0.01, 0.005, 0.005])
    #expect((0..<2).contains(line.weight.values[0]))
  }

  /// No further step finds out what the last one left.
  @Test func aLastStepThatDivergesIsAnError() throws {
    var recipe = recipe(.steps(1))
    recipe.learningRate = .greatestFiniteMagnitude
    recipe.maximumGradientNorm = .infinity
    let fault = #expect(throws: Failure.self) { try train(recipe) }
    #expect(
      fault?.kind == .software && fault?.message.contains("at step 1 (epoch 1)") == true, "\(fault?.message ?? "")")
  }

  /// The last epoch is cut short, and every step has the rows that it has in a longer training.
  @Test func aLengthInStepsEndsWithinAnEpoch() throws {
    let (events, steps, _) = try train(recipe(.steps(3)))
    #expect(events.suffix(3) == ["2/2 0/1", "2/2 1/1", "epoch 2 2 3.0"])
    let (_, whole, _) = try train(recipe(.epochs(2)))
    #expect(steps.map(\.rows) == whole.prefix(3).map(\.rows))
    #expect(steps.map(\.number) == [1, 2, 3])
  }

  @Test func piecesOfWorkAreNumberedAndReported() throws {
    var (numbers, events) = ([Int](), 0)
    let loop = try ResumableLoop(epochs: 3) { _ in events += 1 }
    #expect(loop.remaining(1..<3) == 1..<3)
    let figures = try loop.run(epoch: 2, pieces: [4, 5, 6].pieces(of: 2)) { piece in
      numbers.append(piece.number)
      return [Figure("rows", Double(piece.rows.count))]
    }
    #expect(numbers == [4, 5])
    #expect(events == 4)
    // A mean over records: (2·2 + 1·1)/3.
    #expect(figures.map(\.value) == [5.0 / 3])
  }

  @Test(arguments: [Float.nan, .infinity]) func aLossThatIsNoNumberIsAFailure(_ value: Float) {
    let line = Line(value)
    let trainer = Trainer(Smallness(model: line), recipe(.epochs(4)))
    let step = TrainingStep(epoch: 3, number: 17, rows: [0], rate: 1)
    #expect { _ = try trainer.take(Pixels().batch(at: step, for: line), at: step) } throws: { error in
      (error as? Failure)?.kind == .software && "\(error)".contains("step 17 (epoch 4)")
    }
    #expect(line.bias.values == [0])
  }
}
