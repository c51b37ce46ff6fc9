import Compute
import TestSupport
import Testing

@Suite struct AdditionTests {
  static let cases: [OperationCase] = [
    OperationCase("add", inputs: [[3, 7, 9, 5], [3, 7, 9, 5]], step: 0.5) { x, _ in add(x[0], x[1]) },
    OperationCase("add to itself", inputs: [[1, 19]], step: 0.5) { x, _ in add(x[0], x[0]) },
    OperationCase("scaled", inputs: [[3, 7, 9, 5]], step: 0.5) { x, _ in scaled(x[0], by: -1.75) },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func sumsAndMultiplesAreExact() {
    let (x, y) = (NumberArray.uniform([3, 37], "x").floats, NumberArray.uniform([3, 37], "y").floats)
    let (left, right) = (Tensor(x, shape: [3, 37]), Tensor(y, shape: [3, 37]))
    #expect(add(left, right).values == zip(x, y).map { $0 + $1 })
    #expect(scaled(left, by: 0.3).values == x.map { $0 * 0.3 })
  }

  /// Both addends are handed the same gradient; what the next operation of the backward pass does to one must not show in
  /// the other.
  @Test func aSharedGradientIsNotOverwritten() {
    let tape = Tape()
    let x = Tensor([-1, 2, -3], shape: [3], tape: tape)
    let y = Tensor([1, 1, 1], shape: [3], tape: tape)
    let sum = add(add(relu(x), y), y)
    tape.backward(from: sum, gradient: [10, 20, 30])
    #expect(x.gradientValues == [0, 20, 0])
    #expect(y.gradientValues == [20, 40, 60])
  }

  @Test func aConstantAddendGetsNoGradient() {
    let tape = Tape()
    let (x, constant) = (Tensor([1, 2], shape: [2], tape: tape), Tensor([3, 4], shape: [2]))
    tape.backward(from: add(constant, x), gradient: [5, 6])
    #expect(x.gradientValues == [5, 6])
    #expect(constant.gradientValues == nil)
  }
}
