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
