import Records

/// What a set gets of which no record is to be poisoned.
public struct NoPerturbation: Poison {
  /// Changes nothing.
  public init() {}

  public var bound: PerturbationBound { .maximum(1) }

  public func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float] {
    [Float](repeating: 0, count: targets.ids.count * targets.length)
  }
}
