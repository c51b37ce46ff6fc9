import Records

/// AR: autoregressive perturbations (Sandoval-Segura et al., "Autoregressive perturbations for data poisoning",
/// NeurIPS 2022; METHODS 4.7).
///
/// Every class has an autoregressive process of its own, found by trying random ones; a record's perturbation is a fresh
/// run of its class's process, scaled to the given l2 norm.
package struct AutoregressiveProcesses: Poison {
  /// The pictures on which processes are tried are no smaller than this.
  private static let trialSide = 32
  /// A run of 3×32×32 elements with a larger l2 norm belongs to a process that diverges.
  private static let largestNorm = 50.0
  private static let trials = 3
  /// How strongly a class's runs, of norm 1, must answer to the filters of the classes before: the first ten, and others.
  private static let responses: (few: Float, many: Float) = (10, 3)
  /// After so many candidates in vain half as strong an answer will do, so that any number of classes finds its processes.
  private static let patience = 2000
  /// Every class's process is found after those of all classes before it.
  private static let mostClasses = 4096

  private let norm: Float
  private let seed: UInt64
  private var size: (shape: [Int], filters: [AutoregressiveFilter]) = ([], [])

  /// Perturbations of the given l2 norm on the unit scale; 1.0 in the paper.
  package init(norm: Float = 1, seed: UInt64) {
    self.norm = norm
    self.seed = seed
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
    if size.shape != shape { size = (shape, []) }
    while size.filters.count <= label { size.filters.append(nextFilter()) }
    return size.filters[label]
  }

  /// The first candidate whose runs neither diverge nor look like those of a class before.
  private func nextFilter() -> AutoregressiveFilter {
    let label = size.filters.count
    let (height, width) = (max(Self.trialSide, size.shape[1]), max(Self.trialSide, size.shape[2]))
    // Both limits are those of pictures of 32×32, carried over to larger ones.
    let places = Float((height - 2) * (width - 2)) / 900
    var wanted = (label < 10 ? Self.responses.few : Self.responses.many) * places.squareRoot()
    let longest = Self.largestNorm * (Double(size.shape[0] * height * width) / 3072).squareRoot()
    var attempt = 0
    while true {
      let candidate = AutoregressiveFilter(channels: size.shape[0], seed: seed, record: label, step: attempt)
      let runs = (0..<Self.trials).map {
        candidate.picture(
          height: height, width: width, seed: seed, purpose: "ar trial", record: label,
          step: attempt &* Self.trials &+ $0)
      }
      let isStable = runs.allSatisfy { run in
        run.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() <= longest
      }
      if isStable {
        let trial = scaled(runs[0], toNorm: 1)
        let isDistinct = size.filters.allSatisfy { $0.response(to: trial, height: height, width: width) >= wanted }
        if isDistinct { return candidate }
      }
      attempt += 1
      if attempt % Self.patience == 0 { wanted /= 2 }
    }
  }
}
