import Records

/// An attack that makes pictures unlearnable by adding small perturbations to them.
public protocol Poison {
  /// The bound that every perturbation keeps, after rounding to 8 bits too.
  var bound: PerturbationBound { get }

  /// The perturbations of some records, one after the other, planar [C, H, W] each, on the scale where a picture's
  /// elements lie in [0, 1].
  ///
  /// - Parameters:
  ///   - shape: [C, H, W] of the pictures.
  ///   - failure: turns words about a record into a data failure that says where it stands.
  /// - Throws: a data failure for a record that the attack cannot treat.
  mutating func perturbations(
    shape: [Int], labels: [Int], ids: [Int], failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> [Float]
}

/// A limit of a perturbation's size on the unit scale.
public enum PerturbationBound: Sendable, Equatable {
  /// The square root of the sum of squares is at most this.
  case l2(Float)
  /// No element is larger than this.
  case maximum(Float)

  /// How large a perturbation is by this bound's norm, divided by the bound.
  func load(of perturbation: some Sequence<Float>) -> Float {
    switch self {
    case .l2(let limit): Float(perturbation.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()) / limit
    case .maximum(let limit): perturbation.reduce(0) { max($0, $1.magnitude) } / limit
    }
  }
}
