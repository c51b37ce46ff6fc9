import Compute
import GoldenNumbers
import Models
import TestSupport
import Testing
import Training

@testable import Classification

/// One step under a defence as PyTorch takes it (Tests/Fixtures/defences.py): the pictures it learns from, its loss and
/// its gradients.
struct DefenceFixture {
  let numbers: Fixture
  let model: any Classifier
  /// The pictures before the defence.
  let batch: TrainingBatch

  init(_ name: String) throws {
    numbers = try Fixture("defence_\(name)")
    model = ClassifierConfiguration(network: .resnet18, classes: 10, width: 4).build(seed: 1)
    try GoldenWeights.load(numbers, into: model)
    let x = try numbers("x")
    let shape = PictureShape(height: x.shape[2], width: x.shape[3], channels: x.shape[1])
    batch = TrainingBatch(
      pictures: Self.channelsLast(x.doubles.map { Float($0 / 255) }, shape), shape: shape,
      labels: try numbers("y").integers, ids: Array(10..<10 + x.shape[0]))
  }

  /// A tensor of pictures as they lie in a batch.
  func pictures(_ name: String) throws -> [Float] { Self.channelsLast(try numbers(name).floats, batch.shape) }

  /// The elements of pictures [N, C, H, W] as [N, H, W, C].
  private static func channelsLast(_ values: [Float], _ shape: PictureShape) -> [Float] {
    let pixels = shape.height * shape.width
    return values.indices.map { index in
      let (picture, place) = index.quotientAndRemainder(dividingBy: shape.length)
      return values[picture * shape.length + place % shape.channels * pixels + place / shape.channels]
    }
  }

  /// Expects the pictures, the loss and the gradients of a step on what a defence makes of the batch.
  func expectStep(on defended: TrainingBatch) throws {
    expectClose(defended.pictures, try pictures("crafted").map(Double.init), within: 1e-3, "pictures")
    let tape = Tape()
    let x = Tensor(defended.pictures, shape: batch.shape.tensor(batch.ids.count), tape: tape, requiresGradient: false)
    let step = TrainingStep(epoch: 0, number: 1, rows: [], rate: 0.1)
    let loss = ClassifierObjective(model, seed: 0).loss(x, of: defended, at: step)
    expectClose([loss.total.scalar], try numbers("loss"), within: 1e-4, "loss")
    for parameter in model.allParameters { parameter.clearGradient() }
    tape.backward(from: loss.total)
    try GoldenWeights.expectGradients(numbers, model)
  }

  /// What a defence makes of some rows of the batch in a step of an epoch.
  func defended(_ defence: any Defence, rows: Range<Int>? = nil, epoch: Int = 0, step: Int = 1) throws -> TrainingBatch
  {
    try defence.batch(
      rows.map { batch[$0] } ?? batch, at: TrainingStep(epoch: epoch, number: step, rows: [], rate: 0.1), for: model,
      atOnce: batch.ids.count)
  }
}
