import Compute
import Records
import Training

/// The perturbations that an attack found for the records of a set, by their place in the stream.
package final class PerturbationStore: Poison {
  package let bound: PerturbationBound
  private let shape: PictureShape
  private let file: RowFile

  /// No perturbation yet for any record of the set.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  init(_ set: PoisonSet, bound: PerturbationBound) throws {
    self.bound = bound
    shape = set.spool.shape
    file = try RowFile(width: set.spool.shape.length)
  }

  /// Elements of one perturbation.
  var length: Int { shape.length }

  /// The perturbations of some records, channels last; 0 where none was set.
  func read(_ rows: [Int]) throws -> [Float] { try file.read(rows) }

  /// Sets the perturbations of some records, channels last.
  func write(_ rows: [Int], _ values: [Float]) throws { try file.write(rows, values) }

  package func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float] {
    guard !targets.rows.isEmpty else { return [] }
    return Tensor(try read(targets.rows), shape: shape.tensor(targets.rows.count)).planarValues
  }
}
