import Compute
import Testing

@Suite struct TapeTests {
  @Test func backwardStartsWithOne() {
    let tape = Tape()
    let x = Tensor([3], shape: [], tape: tape)
    tape.backward(from: scaled(x, by: 5))
    #expect(x.gradientValues == [5])
  }

  @Test func theWayBackFollowsEveryPath() {
    let tape = Tape()
    let x = Tensor([1, -2], shape: [2], tape: tape)
    let (left, right) = (scaled(x, by: 3), relu(x))
    tape.backward(from: add(add(left, right), x), gradient: [10, 100])
    #expect(x.gradientValues == [10 * (3 + 1 + 1), 100 * (3 + 0 + 1)])
  }

  @Test func whatTheResultDoesNotDependOnGetsNoGradient() {
    let tape = Tape()
    let (x, y) = (Tensor([1], shape: [], tape: tape), Tensor([1], shape: [], tape: tape))
    let other = scaled(y, by: 2)
    tape.backward(from: scaled(x, by: 2))
    #expect(other.values == [2])
    #expect(x.gradientValues == [2])
    #expect(y.gradientValues == nil)
  }

  @Test func aSharedTensorHasItsOwnPlaceOnATape() {
    let tape = Tape()
    let original = Tensor([1, 2], shape: [2])
    let x = Tensor(shape: [1, 2], sharing: original, tape: tape)
    tape.backward(from: scaled(x, by: 4), gradient: [1, 10])
    #expect(x.gradientValues == [4, 40])
    #expect(x.shape == [1, 2] && x.values == original.values)
    #expect(original.gradientValues == nil)
  }

  /// Gradients of parameters add up from one tape to the next until they are cleared.
  @Test func parametersKeepTheirGradientUntilItIsCleared() {
    let row = Parameter.row([0, 0])
    func run() {
      let tape = Tape()
      let x = Tensor([0, 0], shape: [1, 1, 1, 2], tape: tape)
      tape.backward(from: classEmbedding(x, table: row, labels: [0]), gradient: [1, 2])
    }
    run()
    run()
    #expect(row.gradientValues == [2, 4])
    row.clearGradient()
    #expect(row.gradientValues == nil)
  }

  /// A computation that is given up, or whose gradients turn out not to be needed, must not stay in memory.
  @Test(arguments: OperationCase.all) func aTapeThatIsNeverPlayedGoesWithItsTensors(_ operation: OperationCase) {
    weak var lost: Tape?
    weak var result: Tensor?
    func compute() {
      let tape = Tape()
      let inputs = operation.inputs.map { Tensor($0.floats, shape: $0.shape, tape: tape) }
      let parameters = operation.parameters.map { Parameter("", shape: $0.shape, values: $0.floats) }
      let output = operation.apply(inputs, parameters)
      (lost, result) = (tape, output)
      #expect(output.tape === tape)
    }
    compute()
    #expect(lost == nil)
    #expect(result == nil)
  }
}
