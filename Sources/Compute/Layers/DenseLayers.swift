/// A linear map with its weights: [N, in] → [N, out].
package final class Linear: Module {
  /// [out, in].
  package let weight: Parameter
  /// One number an output.
  package let bias: Parameter

  /// Weights from N(0, deviation²), and a bias of zeros.
  package init(inputs: Int, outputs: Int, deviation: Float, initializer: inout Initializer) {
    weight = initializer.normal("weight", shape: [outputs, inputs], deviation: deviation)
    bias = initializer.constant("bias", shape: [outputs], value: 0)
  }

  /// PyTorch's default initialisation: weights and bias uniform within ±1/√in.
  package init(inputs: Int, outputs: Int, initializer: inout Initializer) {
    let bound = 1 / Float(inputs).squareRoot()
    weight = initializer.uniform("weight", shape: [outputs, inputs], within: bound)
    bias = initializer.uniform("bias", shape: [outputs], within: bound)
  }

  package var parameters: [Parameter] { [weight, bias] }

  /// Maps vectors [N, in].
  package func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight: weight, bias: bias) }
}

/// A table with one trained row a class.
package final class Embedding: Module {
  /// [rows, columns].
  package let weight: Parameter

  /// PyTorch's default initialisation: every element from N(0, 1).
  package init(rows: Int, columns: Int, initializer: inout Initializer) {
    weight = initializer.normal("weight", shape: [rows, columns])
  }

  package var parameters: [Parameter] { [weight] }
}
