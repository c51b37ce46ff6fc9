import Threads

/// The record of a computation, played backwards to differentiate it.
///
/// An operation on a tensor with a tape appends one closure that turns its result's gradient into additions to its
/// inputs' gradients. `backward` runs the closures in reverse and drops each one, and with it what it had saved; so does
/// the end of a tape that is never played. Tensors do not keep their tape alive.
///
/// Parameters' gradients, for which nothing in the backward pass waits, are worked out beside it and are there at its end.
package final class Tape {
  private var pullbacks: [() -> Void] = []
  /// Whether parameters collect gradients; false where only an input's gradient is wanted, as in crafting poisons.
  package let differentiatesParameters: Bool

  /// Where sums over the records of a batch meet, of which the tensors of this tape may hold some only.
  package let communicator: any Communicator

  /// An empty tape.
  package init(differentiatesParameters: Bool = true, communicator: any Communicator = SingleProcess()) {
    self.differentiatesParameters = differentiatesParameters
    self.communicator = communicator
  }

  /// Appends an operation's pullback.
  func record(_ pullback: @escaping () -> Void) {
    pullbacks.append(pullback)
  }

  /// Propagates a gradient of 1 from a scalar to every tensor and parameter it was computed from.
  /// The tape is empty afterwards.
  package func backward(from loss: Tensor) {
    precondition(loss.count == 1 && loss.tape === self, "backward starts from a scalar of this tape")
    loss.addGradient(sharing: Storage([1]))
    play()
  }

  /// Propagates a given gradient, in row-major order, from a tensor of any shape: the vector–Jacobian product.
  package func backward(from output: Tensor, gradient: [Float]) {
    precondition(output.tape === self, "backward starts from a tensor of this tape")
    output.addGradient(sharing: Storage(gradient))
    play()
  }

  private func play() {
    Profile.backward {
      while let pullback = pullbacks.popLast() { pullback() }
      Parallel.finish()
    }
  }
}
