import Records
import Training

/// An attack that makes pictures unlearnable by adding small perturbations to them.
package protocol Poison {
  /// The bound that every perturbation keeps, after rounding to 8 bits too.
  var bound: PerturbationBound { get }

  /// The perturbations of some records, one after the other, planar [C, H, W] each, on the scale where a picture's
  /// elements lie in [0, 1].
  ///
  /// - Parameter failure: turns words about one of the targets into a data failure that says where it stands.
  /// - Throws: a data failure for a record that the attack cannot treat.
  mutating func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float]

  /// Is asked when all records have passed, before the stream is closed.
  ///
  /// - Returns: what was settled on the way, in words for the user, where there was something to settle.
  /// - Throws: a data failure where the attack and the records do not belong together.
  func finish() throws -> String?
}

extension Poison {
  package func finish() -> String? { nil }
}

/// Records of one batch that are to be poisoned: what an attack knows of them.
package struct PoisonTargets: Sendable {
  /// [C, H, W] of the pictures.
  package let shape: [Int]
  /// One class a record.
  package let labels: [Int]
  /// One id a record.
  package let ids: [Int]
  /// The records' places in the whole stream, from 0.
  package let rows: [Int]
  /// How many classes the stream names; nil where it names none.
  package let classes: Int?

  /// Targets with one label, id and row each.
  package init(shape: [Int], labels: [Int], ids: [Int], rows: [Int], classes: Int? = nil) {
    precondition(labels.count == ids.count && labels.count == rows.count, "targets without a label, id or row")
    (self.shape, self.labels, self.ids, self.rows, self.classes) = (shape, labels, ids, rows, classes)
  }

  /// Elements of one picture.
  package var length: Int { shape.reduce(1, *) }

  /// Checks that every label is one that a class can have.
  ///
  /// - Throws: a data failure for the first that is not.
  func checkLabels(_ failure: (_ target: Int, _ words: String) -> Failure) throws {
    for (target, label) in labels.enumerated() where !(0..<ClassCount.maximum).contains(label) {
      throw failure(target, "label \(label) is not a class: labels are 0 to \(ClassCount.maximum - 1)")
    }
  }
}

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
