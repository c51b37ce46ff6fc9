import Compute
import TestSupport
import Testing

/// A model's parameters and buffers against a fixture's, under their PyTorch names.
package enum GoldenWeights {
  /// Sets every parameter and buffer to the fixture's `init.` numbers.
  package static func load(_ fixture: Fixture, into model: any Module) throws {
    for (name, parameter) in model.namedParameters() + model.namedBuffers() {
      let values = try fixture("init.\(name)")
      #expect(values.shape == parameter.shape, "\(name)")
      parameter.values = values.floats
    }
  }

  /// Expects that the model has a place for each of the fixture's tensors and no others.
  package static func expectSameNames(_ fixture: Fixture, _ model: any Module) {
    let ours = Set((model.namedParameters() + model.namedBuffers()).map(\.name))
    let theirs = Set(fixture.names.filter { $0.hasPrefix("init.") }.map { String($0.dropFirst(5)) })
    #expect(ours == theirs)
  }

  /// Expects every parameter's gradient within 1e-3 of the fixture's `grad.` numbers, relative to its norm. The norm is
  /// held up by a hundredth of the root mean square of all gradients: a bias in front of a normalisation has a gradient
  /// of zero, of which float32 leaves nothing but rounding on both sides.
  package static func expectGradients(_ fixture: Fixture, _ model: any Module) throws {
    let parameters = model.namedParameters()
    let all = try parameters.map { try fixture("grad.\($0.name)").doubles }
    let square = all.joined().reduce(0) { $0 + $1 * $1 }
    let typical = (square / Double(all.reduce(0) { $0 + $1.count })).squareRoot()
    for ((name, parameter), reference) in zip(parameters, all) {
      let values = try #require(parameter.gradientValues, "\(name) has no gradient")
      let difference = zip(values, reference).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
      let norm = max(
        reference.reduce(0) { $0 + $1 * $1 }.squareRoot(), 0.01 * typical * Double(reference.count).squareRoot())
      let distance = difference.squareRoot() / norm
      #expect(distance <= 1e-3, "gradient of \(name): off by \(distance)")
    }
  }

  /// Expects the parameters and buffers, all together, within 1e-3 of the fixture's `final.` numbers, relative to their
  /// norm, and each of them alone within a twentieth.
  ///
  /// One tensor alone can't be held to 1e-3: a rectifier's input within rounding of zero may fall on either side, and in a
  /// bias that started at 0 one flipped element weighs 1e-2. PyTorch shows the same when its initial weights are changed by
  /// 3e-7. `except` names biases in front of a normalisation: their gradient is zero but for rounding, and Adam turns
  /// rounding into whole steps.
  package static func expectFinal(
    _ fixture: Fixture, _ model: any Module, except: Set<String> = [], tolerance: Double = 1e-3,
    tensorTolerance: Double = 0.05
  ) throws {
    var (difference, norm) = (0.0, 0.0)
    for (name, parameter) in model.namedParameters() + model.namedBuffers() where !except.contains(name) {
      let reference = try fixture("final.\(name)")
      expectClose(parameter.values, reference, within: tensorTolerance, "final \(name)")
      for (value, expected) in zip(parameter.values, reference.doubles) {
        difference += (Double(value) - expected) * (Double(value) - expected)
        norm += expected * expected
      }
    }
    let distance = (difference / norm).squareRoot()
    #expect(distance <= tolerance, "final weights: off by \(distance)")
  }
}
