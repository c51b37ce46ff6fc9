import Compute
import Random
import Testing

/// PyTorch's default first values, and the names and shapes its files have.
@Suite struct InitializationTests {
  private var initializer = Initializer(seed: 9, purpose: "weights")

  /// Uniform within ±bound: nothing outside, and a variance of bound²/3.
  private func expectUniform(_ parameter: Parameter, within bound: Float, _ shape: [Int]) {
    #expect(parameter.shape == shape)
    #expect(parameter.values.allSatisfy { -bound <= $0 && $0 < bound })
    let variance = parameter.values.reduce(0.0) { $0 + Double($1 * $1) } / Double(parameter.count)
    let expected = Double(bound * bound) / 3
    // The variance of a square is 4/5 of its squared mean.
    #expect(abs(variance / expected - 1) < 5 * (0.8 / Double(parameter.count)).squareRoot())
  }

  @Test mutating func convolutions() throws {
    let layer = Convolution(inputChannels: 16, outputChannels: 25, kernel: 3, initializer: &initializer)
    expectUniform(layer.weight, within: 1 / 12, [25, 16, 3, 3])
    expectUniform(try #require(layer.bias), within: 1 / 12, [25])
    #expect(layer.namedParameters().map(\.name) == ["weight", "bias"])
    #expect(
      Convolution(inputChannels: 3, outputChannels: 2, kernel: 1, bias: false, initializer: &initializer).bias == nil)
  }

  /// The fan-in of a transposed convolution is that of its output side.
  @Test mutating func transposedConvolutions() {
    let layer = TransposedConvolution(inputChannels: 20, outputChannels: 9, kernel: 4, initializer: &initializer)
    expectUniform(layer.weight, within: 1 / 12, [20, 9, 4, 4])
    expectUniform(layer.bias, within: 1 / 12, [9])
  }

  @Test mutating func theOtherLayers() {
    let linear = Linear(inputs: 64, outputs: 50, initializer: &initializer)
    expectUniform(linear.weight, within: 1 / 8, [50, 64])
    expectUniform(linear.bias, within: 1 / 8, [50])
    expectUniform(DepthwiseConvolution(channels: 100, initializer: &initializer).weight, within: 1 / 3, [100, 1, 3, 3])
    let norm = BatchNormalization(channels: 2, initializer: initializer)
    #expect(norm.namedParameters().map(\.parameter.values) == [[1, 1], [0, 0]])
    #expect(norm.namedBuffers().map(\.name) == ["running_mean", "running_var"])
    #expect(norm.namedBuffers().map(\.parameter.values) == [[0, 0], [1, 1]])
  }

  @Test mutating func embeddingsAreNormal() {
    let weight = Embedding(rows: 100, columns: 1001, initializer: &initializer).weight
    let (count, values) = (Double(weight.count), weight.values.map { Double($0) })
    #expect(weight.shape == [100, 1001])
    #expect(abs(values.reduce(0, +) / count) < 5 / count.squareRoot())
    #expect(abs(values.reduce(0) { $0 + $1 * $1 } / count - 1) < 5 * (2 / count).squareRoot())
  }

  @Test func theSameSeedGivesTheSameWeights() {
    func weights(_ seed: UInt64) -> [Float] {
      var initializer = Initializer(seed: seed, purpose: "weights")
      return Linear(inputs: 5, outputs: 7, initializer: &initializer).weight.values
    }
    #expect(weights(1) == weights(1))
    #expect(weights(1) != weights(2))
  }
}
