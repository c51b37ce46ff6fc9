import Compute
import Models
import Random

/// Steps of one size along the sign of a gradient, held within a distance of where they started (PGD, l∞).
struct SignedSteps {
  /// The largest distance of any element, on the unit scale.
  let radius: Float
  /// How many steps.
  let count: Int
  /// The size of one: together twice the radius.
  var size: Float { 2 * radius / Float(count) }

  /// Random starts for as many records, uniform within the radius.
  func starts(_ ids: [Int], length: Int, seed: UInt64, purpose: String, step: Int) -> [Float] {
    ids.flatMap { id in
      var random = RandomStream(seed: seed, purpose: purpose, record: id, step: step)
      return random.uniform(-radius, radius, count: length)
    }
  }

  /// Moves pictures from a random start so that the model's cross-entropy grows or shrinks.
  ///
  /// - Parameters:
  ///   - direction: 1 to let it grow, −1 to let it shrink.
  ///   - starts: where each picture starts, relative to itself.
  /// - Returns: the moved pictures, within [0, 1].
  func move(
    _ pictures: [Float], direction: Float, starts: [Float], labels: [Int], model: ResNet18, shape: PictureShape
  ) -> [Float] {
    var moved = pictures
    for index in moved.indices { moved[index] = min(1, max(0, pictures[index] + starts[index])) }
    for _ in 0..<count {
      let gradient = crossEntropyGradient(moved, labels: labels, model: model, shape: shape).values
      for index in moved.indices {
        let step = moved[index] + direction * size * sign(gradient[index])
        moved[index] = min(1, max(0, held(step, around: pictures[index])))
      }
    }
    return moved
  }

  /// The value, moved to the edge of what the radius allows.
  func held(_ value: Float, around center: Float) -> Float { min(center + radius, max(center - radius, value)) }
}

/// −1, 0 or 1; 0 for what is not a number.
func sign(_ value: Float) -> Float { value > 0 ? 1 : value < 0 ? -1 : 0 }

/// The gradient of a model's mean cross-entropy with respect to its pictures, channels last, while its parameters and its
/// running statistics stay as they are; and the loss.
func crossEntropyGradient(
  _ pictures: [Float], labels: [Int], model: ResNet18, shape: PictureShape
) -> (values: [Float], loss: Float) {
  let tape = Tape(differentiatesParameters: false)
  let x = Tensor(pictures, shape: shape.tensor(labels.count), tape: tape)
  let loss = crossEntropy(model(x, training: false), labels: labels)
  tape.backward(from: loss)
  return (x.gradientValues ?? [Float](repeating: 0, count: pictures.count), loss.scalar)
}
