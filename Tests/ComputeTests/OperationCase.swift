import Compute
import Random
import TestSupport

/// One operation at one size: what it takes and how it is called. Every test that holds for all operations runs over
/// `OperationCase.all`.
struct OperationCase: Sendable, CustomStringConvertible {
  let name: String
  let inputs: [NumberArray]
  let parameters: [NumberArray]
  /// How far a gradient check moves: far for maps that are linear in each operand, less for curved ones.
  var step = 1.0 / 64
  /// The deviation a gradient check allows; see `expectGradientsMatchDifferences`.
  var tolerance = 1e-3
  /// Whether an element of the result with these values on both sides of the point has no kink between them.
  var isSmooth: @Sendable (Float, Float) -> Bool = { _, _ in true }
  let apply: @Sendable (_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor

  var description: String { name }

  /// A case of numbers uniform in [−1, 1).
  init(
    _ name: String, inputs: [[Int]], parameters: [[Int]] = [], step: Double = 1.0 / 64,
    apply: @escaping @Sendable (_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor
  ) {
    self.init(
      name, values: inputs.enumerated().map { .uniform($1, "\(name) input \($0)") },
      parameters: parameters.enumerated().map { .uniform($1, "\(name) parameter \($0)") }, step: step, apply: apply)
  }

  /// A case of given numbers.
  init(
    _ name: String, values: [NumberArray], parameters: [NumberArray] = [], step: Double = 1.0 / 64,
    apply: @escaping @Sendable (_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor
  ) {
    (self.name, inputs, self.parameters, self.step, self.apply) = (name, values, parameters, step, apply)
  }

  /// The same case where elements of the result that are cut to 0 on one side of the point only are left out.
  var rectified: OperationCase { rectified(ceiling: .infinity) }

  /// And those that are cut to the ceiling there.
  func rectified(ceiling: Float) -> OperationCase {
    var copy = self
    copy.isSmooth = { ($0 > 0) == ($1 > 0) && ($0 < ceiling) == ($1 < ceiling) }
    return copy
  }

  /// The cases of all operations.
  static let all: [OperationCase] = [
    AdditionTests.cases, AtLeastTests.cases, AveragePoolTests.cases, BatchNormalizationTests.cases,
    ClampedResidualErrorTests.cases,
    ClassEmbeddingTests.cases, ConvolutionTests.cases, CosineTransformTests.cases, CrossEntropyTests.cases,
    DepthwiseConvolutionTests.cases, DropoutTests.cases, FeatureStackTests.cases, GlobalAveragePoolTests.cases,
    InstanceNormalizationTests.cases, KLDivergenceTests.cases, LinearTests.cases,
    MaximumPoolTests.cases, MeanSquareTests.cases, MeanSquaredErrorTests.cases, ReLUTests.cases,
    SampleLatentTests.cases, SigmoidTests.cases, TransposedConvolutionTests.cases,
  ].flatMap { $0 }
}

extension NumberArray {
  /// Floats uniform in [low, high), always the same ones for a name.
  static func uniform(_ shape: [Int], _ purpose: String, _ low: Float = -1, _ high: Float = 1) -> NumberArray {
    var random = RandomStream(seed: 3, purpose: purpose)
    return NumberArray((0..<shape.reduce(1, *)).map { _ in random.uniform(low, high) }, shape: shape)
  }
}

/// What an operation gave and what came back through it.
struct Evaluation: Equatable {
  var shape: [Int]
  var result: [Float]
  var inputGradients: [[Float]?]
  var parameterGradients: [[Float]?]
}

extension OperationCase {
  /// Runs the operation and, where a slope is given, its backward pass.
  ///
  /// - Parameters:
  ///   - slope: the gradient of the result, from the result.
  ///   - moved: replaces the elements of one operand, inputs counted before parameters.
  ///   - uses: how often the operation is applied to the same tensors; the results are added.
  ///   - wanted: whether an input's gradient is asked for.
  func evaluate(
    slope: (([Float]) -> [Float])? = nil, moved: (operand: Int, values: [Float])? = nil, uses: Int = 1,
    differentiatesParameters: Bool = true, wanted: (Int) -> Bool = { _ in true }
  ) -> Evaluation {
    func values(_ operand: Int, _ array: NumberArray) -> [Float] {
      moved?.operand == operand ? moved?.values ?? [] : array.floats
    }
    let tape = Tape(differentiatesParameters: differentiatesParameters)
    let tensors = inputs.enumerated().map {
      Tensor(values($0, $1), shape: $1.shape, tape: tape, requiresGradient: wanted($0))
    }
    let weights = parameters.enumerated().map {
      Parameter("\($0)", shape: $1.shape, values: values(inputs.count + $0, $1))
    }
    var result = apply(tensors, weights)
    for _ in 1..<uses { result = add(result, apply(tensors, weights)) }
    if let slope { tape.backward(from: result, gradient: slope(result.values)) }
    return Evaluation(
      shape: result.shape, result: result.values, inputGradients: tensors.map(\.gradientValues),
      parameterGradients: weights.map(\.gradientValues))
  }

  /// A slope of numbers uniform in [−1, 1).
  func randomSlope(_ result: [Float]) -> [Float] {
    NumberArray.uniform([result.count], "\(name) slope").floats
  }
}
