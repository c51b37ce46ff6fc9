import Records

/// What a set gets of which no record is to be poisoned.
package struct NoPerturbation: Poison {
  /// Changes nothing.
  package init() {}

  package var bound: PerturbationBound { .maximum(1) }

  package func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float] {
    [Float](repeating: 0, count: targets.ids.count * targets.length)
  }
}
