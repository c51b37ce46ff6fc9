import Compute
import TestSupport
import Testing

@Suite struct CrossEntropyTests {
  static let cases: [OperationCase] = [
    OperationCase("cross-entropy", inputs: [[3, 7]]) { x, _ in crossEntropy(x[0], labels: [6, 0, 3]) },
    OperationCase("cross-entropy of one", inputs: [[1, 19]]) { x, _ in crossEntropy(x[0], labels: [18]) },
    OperationCase("cross-entropy of two labels", inputs: [[3, 7]]) { x, _ in
      crossEntropy(x[0], labels: [6, 0, 3], mixture: LabelMixture(labels: [1, 0, 2], shares: [0.3, 0.6, 1]))
    },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    let logits = try Golden.tensor("cross_entropy.in0")
    let tape = Tape()
    let x = Tensor(logits.floats, shape: logits.shape, tape: tape)
    let loss = crossEntropy(x, labels: try Golden.tensor("cross_entropy.labels").integers)
    tape.backward(from: loss)
    expectClose(loss.values, try Golden.tensor("cross_entropy.out.f64"), within: Golden.tolerance, "loss")
    expectClose(x.gradientValues, try Golden.tensor("cross_entropy.din0.f64"), within: Golden.tolerance, "gradient")
  }

  @Test func probabilitiesAndLossesFollowTheirDefinition() {
    let logits = NumberArray.uniform([5, 37], "logits", -8, 8)
    let labels = [36, 0, 1, 16, 32]
    let x = Tensor(logits.floats, shape: logits.shape)
    var (probabilities, losses) = ([Double](), [Double]())
    for (row, label) in labels.enumerated() {
      let powers = logits.doubles[row * 37..<(row + 1) * 37].map { exponential($0) }
      let sum = powers.reduce(0, +)
      probabilities += powers.map { $0 / sum }
      losses.append(logarithm(sum) - logits.doubles[row * 37 + label])
    }
    expectClose(softmax(x).values, probabilities, within: 1e-6, "probabilities")
    expectClose(crossEntropyOfEach(x, labels: labels), losses, within: 1e-6, "losses")
  }

  @Test func largeScoresDoNotOverflow() {
    let x = Tensor([1000, 0, -1000, -500, -500, -500], shape: [2, 3])
    #expect(softmax(x).values[0..<3] == [1, 0, 0])
    #expect(crossEntropyOfEach(x, labels: [2, 0])[0] == 2000)
  }

  /// A score that is not a number spoils its record's loss whichever class it belongs to.
  @Test(arguments: 0..<3) func notANumberStaysNotANumber(_ place: Int) {
    var scores: [Float] = [1, 2, 3, 1, 2, 3]
    scores[place] = .nan
    let losses = crossEntropyOfEach(Tensor(scores, shape: [2, 3]), labels: [0, 0])
    #expect(losses[0].isNaN)
    #expect(losses[1].isFinite)
    #expect(crossEntropy(Tensor(scores, shape: [2, 3]), labels: [0, 0]).scalar.isNaN)
  }
}
