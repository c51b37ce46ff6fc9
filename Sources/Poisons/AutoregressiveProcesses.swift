import Records

/// AR: autoregressive perturbations (Sandoval-Segura et al., "Autoregressive perturbations for data poisoning",
/// NeurIPS 2022; METHODS 4.7).
///
/// Every class has an autoregressive process of its own, found by trying random ones; a record's perturbation is a fresh
/// run of its class's process, scaled to the given l2 norm.
package struct AutoregressiveProcesses: Poison {
  /// The pictures on which processes are tried are no smaller than this.
  private static let trialSide = 32
  /// Every class's process is found after those of all classes before it.
  private static let mostClasses = 4096

  private let norm: Float
  private let seed: UInt64
  /// How strongly the filters of the classes before must answer a class's runs, of norm 1: the first ten, and others.
  private let answers: (few: Float, many: Float)
  /// Candidates for a class's process after which the best of them is taken.
  private let patience: Int
  private var size: (shape: [Int], filters: [AutoregressiveFilter]) = ([], [])
  /// The classes whose processes are told apart less well than wanted, and how well.
  private var weak: [(label: Int, answer: Float)] = []

  /// Perturbations of the given l2 norm on the unit scale; 1.0 in the paper.
  package init(norm: Float = 1, seed: UInt64) {
    self.init(norm: norm, seed: seed, patience: 1 << 18)
  }

  init(norm: Float = 1, seed: UInt64, patience: Int, answers: (few: Float, many: Float) = (10, 3)) {
    (self.norm, self.seed, self.patience, self.answers) = (norm, seed, patience, answers)
  }

  package var bound: PerturbationBound { .l2(norm) }

  package mutating func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float] {
    if let target = targets.labels.firstIndex(where: { !(0..<Self.mostClasses).contains($0) }) {
      throw failure(
        target, "label \(targets.labels[target]): ar has processes for the classes 0 to \(Self.mostClasses - 1)")
    }
    var result: [Float] = []
    result.reserveCapacity(targets.ids.count * targets.length)
    for (id, label) in zip(targets.ids, targets.labels) {
      let run = filter(label: label, shape: targets.shape).picture(
        height: targets.shape[1], width: targets.shape[2], seed: seed, purpose: "ar record", record: id)
      result += scaled(run, toNorm: norm)
    }
    return result
  }

  /// The process of a class. Those of the classes before are found first, so that a class has the same one in every stream
  /// of pictures of one size.
  mutating func filter(label: Int, shape: [Int]) -> AutoregressiveFilter {
    if size.shape != shape { (size, weak) = ((shape, []), []) }
    while size.filters.count <= label { size.filters.append(nextFilter()) }
    return size.filters[label]
  }

  private mutating func nextFilter() -> AutoregressiveFilter {
    let label = size.filters.count
    let wanted = wanted(of: label)
    let search = AutoregressiveSearch(
      channels: size.shape[0], height: max(Self.trialSide, size.shape[1]), width: max(Self.trialSide, size.shape[2]),
      seed: seed, patience: patience)
    let found = search.process(of: label, besides: size.filters, wanted: wanted)
    if let answer = found.answer, answer < wanted { weak.append((label, answer)) }
    return found.filter
  }

  private func wanted(of label: Int) -> Float { label < 10 ? answers.few : answers.many }

  /// Tells the classes whose processes are not as different as the published rule wants.
  package func finish() -> String? {
    guard let worst = weak.min(by: { $0.answer < $1.answer }) else { return nil }
    let labels = weak.prefix(10).map { "\($0.label)" }.joined(separator: ", ") + (weak.count > 10 ? ", …" : "")
    return
      "note: no process among \(patience) is answered by all filters before as strongly as the published rule wants: "
      + "classes \(labels), the weakest answer \(Double(worst.answer).fixed(2)) where "
      + "\(Double(wanted(of: worst.label)).fixed(0)) is wanted"
  }
}
