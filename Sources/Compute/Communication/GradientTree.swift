/// The gradients of several holders of a batch, added in the order of `SumTree`.
///
/// Holders hand theirs in one after the other; no more than log₂ of them wait at a time.
package final class GradientTree {
  private let parameters: [Parameter]
  private let additions: [Int]
  private var waiting: [[Storage?]] = []
  private var taken = 0

  /// Sums of the gradients of `parameters` over so many holders.
  package init(_ parameters: [Parameter], holders: Int) {
    self.parameters = parameters
    additions = SumTree.additions(of: holders)
  }

  /// Takes the gradients of the next holder from the parameters, which have none afterwards. Those of the last leave the
  /// sums of all holders in their place.
  package func takeNext() {
    precondition(taken < additions.count, "there are \(additions.count) holders")
    waiting.append(parameters.map { $0.takeGradient() })
    for _ in 0..<additions[taken] {
      let right = waiting.removeLast()
      let left = waiting.removeLast()
      waiting.append(zip(left, right).map(Self.sum))
    }
    taken += 1
    guard taken == additions.count, let sums = waiting.popLast() else { return }
    for (parameter, sum) in zip(parameters, sums) { sum.map(parameter.setGradient) }
    taken = 0
  }

  private static func sum(_ left: Storage?, _ right: Storage?) -> Storage? {
    guard let left, let right else { return left ?? right }
    Elementwise.add(right, into: left)
    return left
  }
}
