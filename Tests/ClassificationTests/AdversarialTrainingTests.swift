import Compute
import GoldenNumbers
import Models
import TestSupport
import Testing
import Training

@testable import Classification

/// Adversarial training against PyTorch (Tests/Fixtures/defences.py): the pictures that one step learns from, its loss and
/// its gradients.
@Suite struct AdversarialTrainingTests {
  private let fixture: Fixture
  private let model: any Classifier
  private let batch: TrainingBatch
  private let defence = AdversarialTraining(radius: 8 / 255, steps: 10, stepSize: 1.6 / 255, seed: 3)

  init() throws {
    fixture = try Fixture("defence_adversarial")
    model = ClassifierConfiguration(network: .resnet18, classes: 10, width: 4).build(seed: 1)
    try GoldenWeights.load(fixture, into: model)
    let x = try fixture("x")
    let shape = PictureShape(height: x.shape[2], width: x.shape[3], channels: x.shape[1])
    batch = TrainingBatch(
      pictures: Self.channelsLast(x.doubles.map { Float($0 / 255) }, shape), shape: shape,
      labels: try fixture("y").integers, ids: Array(10..<10 + x.shape[0]))
  }

  /// The elements of pictures [N, C, H, W] as [N, H, W, C].
  private static func channelsLast(_ values: [Float], _ shape: PictureShape) -> [Float] {
    let pixels = shape.height * shape.width
    return values.indices.map { index in
      let (picture, place) = index.quotientAndRemainder(dividingBy: shape.length)
      return values[picture * shape.length + place % shape.channels * pixels + place / shape.channels]
    }
  }

  private func crafted(atOnce records: Int) throws -> [Float] {
    let noise = Self.channelsLast(try fixture("noise").floats, batch.shape)
    let start = zip(batch.pictures, noise).map { $0 + 1.6 / 255 * $1 }
    return defence.worst(near: batch, from: start, model, atOnce: records)
  }

  @Test func picturesAreMovedAsInPyTorch() throws {
    let reference = Self.channelsLast(try fixture("crafted").floats, batch.shape).map(Double.init)
    expectClose(try crafted(atOnce: 6), reference, within: 1e-3, "pictures")
  }

  @Test(arguments: [1, 4]) func howManyAreMovedAtOnceChangesNothing(_ records: Int) throws {
    #expect(try crafted(atOnce: records) == crafted(atOnce: 6))
  }

  @Test func aStepOnThemHasPyTorchsLossAndGradients() throws {
    let tape = Tape()
    let x = Tensor(try crafted(atOnce: 6), shape: batch.shape.tensor(6), tape: tape, requiresGradient: false)
    let loss = crossEntropy(model(x, training: true), labels: batch.labels)
    expectClose([loss.scalar], try fixture("loss"), within: 1e-4, "loss")
    for parameter in model.allParameters { parameter.clearGradient() }
    tape.backward(from: loss)
    try GoldenWeights.expectGradients(fixture, model)
  }

  @Test func startsAreOfTheRecordAndTheStepAlone() throws {
    let step = TrainingStep(epoch: 0, number: 5, rows: [], rate: 0.1)
    let whole = defence.batch(batch, at: step, for: model, atOnce: 6)
    let second = TrainingBatch(
      pictures: Array(batch.pictures[batch.shape.length..<2 * batch.shape.length]), shape: batch.shape,
      labels: [batch.labels[1]], ids: [batch.ids[1]])
    let alone = defence.batch(second, at: step, for: model, atOnce: 6)
    #expect(alone.pictures == Array(whole.pictures[batch.shape.length..<2 * batch.shape.length]))
    let later = TrainingStep(epoch: 0, number: 6, rows: [], rate: 0.1)
    #expect(defence.batch(second, at: later, for: model, atOnce: 6).pictures != alone.pictures)
    #expect(whole.labels == batch.labels && whole.ids == batch.ids)
  }

  @Test func picturesStayNearTheirOwnAndOnTheUnitScale() {
    let moved = defence.batch(
      batch, at: TrainingStep(epoch: 0, number: 1, rows: [], rate: 0.1), for: model, atOnce: 6)
    #expect(zip(moved.pictures, batch.pictures).allSatisfy { abs($0 - $1) <= 8 / 255 + 1e-6 && (0...1).contains($0) })
    #expect(moved.pictures != batch.pictures)
  }
}
