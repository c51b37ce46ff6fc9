import Compute
import TestSupport
import Testing

/// What holds for every operation alike.
@Suite struct EveryOperationTests {
  @Test(arguments: OperationCase.all) func gradientsAddUpWhereTensorsAreUsedTwice(_ operation: OperationCase) {
    let once = operation.evaluate(slope: operation.randomSlope)
    let twice = operation.evaluate(slope: operation.randomSlope, uses: 2)
    let gradients = zip(once.inputGradients + once.parameterGradients, twice.inputGradients + twice.parameterGradients)
    for (index, (one, two)) in gradients.enumerated() {
      let doubled = (one ?? []).map { 2 * Double($0) }
      expectClose(two, doubled, within: 1e-6, "\(operation): gradient \(index) of two uses")
    }
  }

  /// The two addends of a sum are handed one gradient; an operation that works in its storage must see that another tensor
  /// holds it too.
  @Test(arguments: OperationCase.all) func aGradientThatOthersHoldIsNotOverwritten(_ operation: OperationCase) {
    let tape = Tape()
    let inputs = operation.inputs.map { Tensor($0.floats, shape: $0.shape, tape: tape) }
    let parameters = operation.parameters.map { Parameter("", shape: $0.shape, values: $0.floats) }
    let result = operation.apply(inputs, parameters)
    let slope = operation.randomSlope(result.values)
    let other = Tensor([Float](repeating: 0, count: slope.count), shape: result.shape, tape: tape)
    tape.backward(from: add(result, other), gradient: slope)
    let isWhole = other.gradientValues == slope
    #expect(isWhole)
  }

  @Test(arguments: OperationCase.all) func parametersGetNoGradientWhereTheTapeWantsNone(_ operation: OperationCase) {
    let all = operation.evaluate(slope: operation.randomSlope)
    let some = operation.evaluate(slope: operation.randomSlope, differentiatesParameters: false)
    #expect(some.parameterGradients.allSatisfy { $0 == nil })
    #expect(some.inputGradients == all.inputGradients)
  }

  @Test(arguments: OperationCase.all) func anInputGetsNoGradientWhereNoneIsWanted(_ operation: OperationCase) {
    let all = operation.evaluate(slope: operation.randomSlope)
    for left in operation.inputs.indices {
      let some = operation.evaluate(slope: operation.randomSlope, wanted: { $0 != left })
      #expect(some.inputGradients[left] == nil)
      #expect(some.parameterGradients == all.parameterGradients)
      for other in operation.inputs.indices where other != left {
        #expect(some.inputGradients[other] == all.inputGradients[other])
      }
    }
  }
}
