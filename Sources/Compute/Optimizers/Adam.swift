/// Adam (Kingma and Ba, ICLR 2015) with PyTorch's bias correction and its order of operations:
///
///     g ← g + decay·θ;  m ← m + (1 − β₁)(g − m);  v ← β₂·v + (1 − β₂)·g²
///     θ ← θ − rate/(1 − β₁ᵗ) · m/(√v/√(1 − β₂ᵗ) + ε)
///
/// A parameter without a gradient is left alone, and its t stands still.
package final class Adam {
  /// What the optimiser remembers of one parameter.
  package struct Moments: Sendable, Equatable {
    /// The number t of steps taken.
    package var steps: Int
    /// The running mean m of the gradient, in the parameter's order; zeros at first.
    package var first: [Float]
    /// The running mean v of its square.
    package var second: [Float]

    /// The moments of a parameter after so many steps.
    package init(steps: Int, first: [Float], second: [Float]) {
      self.steps = steps
      self.first = first
      self.second = second
    }
  }

  private let parameters: [Parameter]
  private let decayRates: (first: Double, second: Double)
  private let epsilon: Double
  private let weightDecay: Double
  private var steps: [Int]
  private let first: [Storage]
  private let second: [Storage]

  /// An optimiser of the given parameters that has taken no step.
  package init(
    _ parameters: [Parameter], decayRates: (first: Double, second: Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.parameters = parameters
    self.decayRates = decayRates
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    steps = [Int](repeating: 0, count: parameters.count)
    first = parameters.map { .zeros(count: $0.count) }
    second = parameters.map { .zeros(count: $0.count) }
  }

  /// The moments of every parameter, in the order the parameters were given; what a checkpoint keeps.
  package var state: [Moments] {
    get {
      parameters.indices.map { Moments(steps: steps[$0], first: first[$0].array, second: second[$0].array) }
    }
    set {
      precondition(
        newValue.count == parameters.count, "Adam: \(newValue.count) moments, \(parameters.count) parameters")
      for (index, moments) in newValue.enumerated() {
        steps[index] = moments.steps
        first[index].assign(moments.first)
        second[index].assign(moments.second)
      }
    }
  }

  /// Moves every parameter that has a gradient.
  package func step(learningRate: Float) {
    for index in parameters.indices where parameters[index].gradient != nil { steps[index] += 1 }
    OptimizerKernel.forEachPiece(of: parameters) { index, gradient, range in
      let t = Double(steps[index])
      OptimizerKernel.adam(
        parameters[index].value.base, gradient.base, first: first[index].base, second: second[index].base, range,
        .init(
          rate: Float(Double(learningRate) / (1 - power(decayRates.first, t))),
          firstShare: Float(1 - decayRates.first), secondRate: Float(decayRates.second),
          secondShare: Float(1 - decayRates.second),
          correction: Float((1 - power(decayRates.second, t)).squareRoot()), epsilon: Float(epsilon),
          weightDecay: Float(weightDecay)))
    }
  }

  /// baseⁿ by repeated squaring: the same bits everywhere.
  private func power(_ base: Double, _ exponent: Double) -> Double {
    var (result, factor, n) = (1.0, base, Int(exponent))
    while n > 0 {
      if n & 1 == 1 { result *= factor }
      factor *= factor
      n >>= 1
    }
    return result
  }
}
