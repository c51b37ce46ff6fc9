import Compute
import TestSupport
import Testing

/// PyTorch's numbers for single operations, worked out in double precision from inputs in single precision.
enum Golden {
  private static let fixture = Result { try Fixture("ops") }

  /// The tensor of that name, pictures with the channels last.
  static func tensor(_ name: String) throws -> NumberArray { try fixture.get()(name).channelsLast }

  /// The tolerance of a single operation, relative to the reference's norm.
  static let tolerance = 1e-5

  /// A parameter with PyTorch's values and layout.
  static func parameter(_ operation: String, _ name: String) throws -> Parameter {
    let array = try fixture.get()("\(operation).param.\(name)")
    return Parameter(name, shape: array.shape, values: array.floats)
  }

  /// Expects the result of `apply` on the case's input, and the gradients of the input and of the parameters, to be
  /// PyTorch's.
  static func expectAgreement(
    _ operation: String, parameters names: [String] = [], sourceLocation: SourceLocation = #_sourceLocation,
    apply: (_ x: Tensor, _ parameters: [Parameter]) -> Tensor
  ) throws {
    let parameters = try names.map { try parameter(operation, $0) }
    let (input, slope) = (try tensor("\(operation).in0"), try tensor("\(operation).dout"))
    let tape = Tape()
    let x = Tensor(input.floats, shape: input.shape, tape: tape)
    let y = apply(x, parameters)
    tape.backward(from: y, gradient: slope.floats)
    func expect(_ values: [Float]?, _ name: String, _ reference: NumberArray) {
      expectClose(values, reference, within: tolerance, "\(operation).\(name)", sourceLocation: sourceLocation)
    }
    expect(y.values, "out", try tensor("\(operation).out.f64"))
    expect(x.gradientValues, "din0", try tensor("\(operation).din0.f64"))
    for parameter in parameters {
      let reference = try fixture.get()("\(operation).dparam.\(parameter.name).f64")
      expect(parameter.gradientValues, "dparam.\(parameter.name)", reference)
    }
  }
}
