#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// The learning rate of an epoch, from 0, when it falls along half a cosine from `base` to 0 over `epochs` epochs:
/// ½·base·(1 + cos(π·epoch/epochs)).
package func cosineRate(epoch: Int, of epochs: Int, base: Float) -> Float {
  Float(0.5 * Double(base) * (1 + cos(Double.pi * Double(epoch) / Double(max(1, epochs)))))
}

/// The share of the learning rate that a step, from 1, takes when the rate rises evenly over the first `steps` steps:
/// min(1, step / steps), and all of it where there are none.
package func warmUpShare(step: Int, of steps: Int) -> Float {
  step < steps ? Float(step) / Float(steps) : 1
}
