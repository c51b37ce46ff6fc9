import Compute
import Models
import Random
import TestSupport
import Testing

/// ResNet-18 against PyTorch: logits, every gradient, three optimiser steps.
@Suite struct ResNet18Tests {
  private let fixture: Fixture
  private let model: ResNet18

  init() throws {
    fixture = try Fixture("resnet18_narrow")
    var random = RandomStream(seed: 1, purpose: "weights")
    model = ResNet18(.init(classes: 10, width: 8), random: &random)
    try GoldenWeights.load(fixture, into: model)
  }

  private func pictures(_ tape: Tape? = nil) throws -> Tensor {
    let x = try fixture("x")
    return Tensor(planar: x.doubles.map { UInt8($0) }, shape: x.shape, tape: tape, requiresGradient: false)
  }

  @Test func bearsPyTorchsNames() {
    GoldenWeights.expectSameNames(fixture, model)
  }

  @Test(arguments: [(10, 11_173_962), (100, 11_220_132)])
  func hasThePublishedNumberOfParameters(_ classes: Int, _ count: Int) {
    var random = RandomStream(seed: 1, purpose: "weights")
    let published = ResNet18(.init(classes: classes), random: &random)
    #expect(published.allParameters.reduce(0) { $0 + $1.count } == count)
    #expect(published.configuration.parameterCount == Double(count))
  }

  @Test func evaluates() throws {
    expectClose(model(try pictures(), training: false).values, try fixture("eval.logits"), within: 1e-4, "logits")
  }

  @Test func trainsAsPyTorchDoes() throws {
    let labels = try fixture("y").integers
    let parameters = model.allParameters
    let optimizer = SGD(parameters, momentum: 0.9, weightDecay: 5e-4)
    for step in 0..<3 {
      let tape = Tape()
      let loss = crossEntropy(model(try pictures(tape), training: true), labels: labels)
      expectClose([loss.scalar], try fixture("step\(step).loss"), within: 1e-4, "loss of step \(step)")
      for parameter in parameters { parameter.clearGradient() }
      tape.backward(from: loss)
      if step == 0 { try GoldenWeights.expectGradients(fixture, model) }
      let norm = clipGradientNorm(parameters, to: 5)
      expectClose([norm], try fixture("step\(step).grad_norm"), within: 1e-3, "gradient norm of step \(step)")
      optimizer.step(learningRate: 0.1)
    }
    try GoldenWeights.expectFinal(fixture, model)
  }
}
