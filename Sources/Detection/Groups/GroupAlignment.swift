/// Classes whose two groups differ in the same way, and which of them lie the other way round.
///
/// Perturbations of one attack often raise the power of the same frequencies in every class. Their classes' groups then lie
/// along one line, and cannot be perturbed at opposite ends of it: a class that a poor guess put the wrong way round is told
/// by the others.
struct GroupAlignment: Sendable, Equatable {
  /// What the cosine of two classes' differences is at least, in magnitude, for the classes to be aligned: 0.97 and more in
  /// bands of frequency where a fifth is poisoned by em, 0.0 to 0.9 in coefficients of classes that are one group.
  static let leastCosine = 0.8

  /// The classes that lie along one line; none where there are not two of them.
  private(set) var classes: Set<Int> = []
  /// Those of them that lie against most of the others.
  private(set) var opposed: Set<Int> = []

  /// No class is aligned.
  init() {}

  /// The classes that are aligned with the one that the others are aligned with most.
  ///
  /// - Parameters:
  ///   - candidates: classes, each once, in ascending order.
  ///   - cosine: the cosine between two classes' differences, m₁ − m₀, −1 to 1.
  init(of candidates: [Int], cosine: (Int, Int) -> Double) {
    let cosines = candidates.map { label in candidates.map { cosine(label, $0) } }
    let sums = cosines.map { $0.reduce(0) { $0 + $1.magnitude } }
    guard let most = sums.max(), let reference = sums.firstIndex(of: most) else { return }
    let aligned = candidates.indices.filter { cosines[reference][$0].magnitude >= Self.leastCosine }
    guard aligned.count > 1 else { return }
    let along = aligned.filter { cosines[reference][$0] > 0 }
    let against = aligned.filter { cosines[reference][$0] < 0 }
    classes = Set(aligned.map { candidates[$0] })
    opposed = Set((against.count > along.count ? along : against).map { candidates[$0] })
  }

  /// The classes to turn for all of them to lie one way: of those whose right way is known, the way of most.
  func wrong(besides right: Set<Int>) -> Set<Int> {
    let known = classes.intersection(right)
    let mostAreOpposed = 2 * known.intersection(opposed).count > known.count
    return (mostAreOpposed ? classes.subtracting(opposed) : opposed).subtracting(right)
  }
}
