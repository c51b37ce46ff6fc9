import Compute
import Models
import Random
import Training

/// Projected gradient descent (PGD, ℓ∞; Madry et al., ICLR 2018): steps of one size along the sign of the gradient, held
/// within a distance of where they started.
package struct ProjectedGradientDescent: Sendable {
  /// The largest distance of any element, on the unit scale.
  package let radius: Float
  /// How many steps.
  package let steps: Int
  /// The size of one.
  package let stepSize: Float

  /// So many steps within a radius; each takes a share of twice the radius unless its size is given.
  package init(radius: Float, steps: Int, stepSize: Float? = nil) {
    (self.radius, self.steps) = (radius, steps)
    self.stepSize = stepSize ?? 2 * radius / Float(steps)
  }

  /// Random starts for as many records, uniform within the radius.
  package func starts(_ ids: [Int], length: Int, seed: UInt64, purpose: String, step: Int) -> [Float] {
    ids.flatMap { id in
      var random = RandomStream(seed: seed, purpose: purpose, record: id, step: step)
      return random.uniform(-radius, radius, count: length)
    }
  }

  /// Moves pictures so that the model's cross-entropy grows or shrinks.
  ///
  /// - Parameters:
  ///   - direction: 1 to let it grow, −1 to let it shrink.
  ///   - start: where the pictures start, near themselves.
  /// - Returns: the moved pictures, within [0, 1].
  package func move(
    _ pictures: [Float], direction: Float, from start: [Float], labels: [Int], model: any Classifier,
    shape: PictureShape
  ) -> [Float] {
    var moved = start
    for _ in 0..<steps {
      let gradient = crossEntropyGradient(moved, labels: labels, model: model, shape: shape).values
      for index in moved.indices {
        let step = moved[index] + direction * stepSize * sign(gradient[index])
        moved[index] = min(1, max(0, projected(step, around: pictures[index])))
      }
    }
    return moved
  }

  /// The value, moved to the edge of what the radius allows.
  package func projected(_ value: Float, around center: Float) -> Float {
    min(center + radius, max(center - radius, value))
  }
}

/// −1, 0 or 1; 0 for what is not a number.
package func sign(_ value: Float) -> Float { value > 0 ? 1 : value < 0 ? -1 : 0 }

/// Pictures with perturbations, clamped to [0, 1].
package func clamped(_ pictures: [Float], _ perturbation: [Float]) -> [Float] {
  zip(pictures, perturbation).map { min(1, max(0, $0 + $1)) }
}

/// The gradient of a model's mean cross-entropy with respect to its pictures, channels last, while its parameters and its
/// running statistics stay as they are; and the loss.
package func crossEntropyGradient(
  _ pictures: [Float], labels: [Int], model: any Classifier, shape: PictureShape
) -> (values: [Float], loss: Float) {
  let tape = Tape(differentiatesParameters: false)
  let x = Tensor(pictures, shape: shape.tensor(labels.count), tape: tape)
  let loss = crossEntropy(model(x, training: false), labels: labels)
  tape.backward(from: loss)
  return (x.gradientValues ?? [Float](repeating: 0, count: pictures.count), loss.scalar)
}
