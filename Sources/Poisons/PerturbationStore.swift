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
    shape = set.shape
    file = try RowFile(width: set.shape.length)
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

extension PoisonSet {
  /// The size of the pictures.
  var shape: PictureShape {
    PictureShape(height: spool.imageShape[1], width: spool.imageShape[2], channels: spool.imageShape[0])
  }

  /// The pictures of some records in [0, 1], channels last.
  func pictures(_ rows: [Int]) -> [Float] {
    Tensor(pictures: spool.images(rows), type: spool.imageType, count: rows.count, shape: spool.imageShape).values
  }

  /// The classes of some records.
  func labels(_ rows: [Int]) -> [Int] { rows.map { spool.labels[$0] } }

  /// The ids of some records.
  func ids(_ rows: [Int]) -> [Int] { rows.map { spool.ids[$0] } }

  /// Has `body` called with the records to be poisoned, some at a time, as the last epoch of an attack.
  ///
  /// - Parameters:
  ///   - order: these records in another order.
  ///   - epoch: how many came before.
  ///   - checkpoint: keeps the work, and says where it goes on.
  ///   - body: gives figures to report.
  func forEachBatch(
    in order: [Int]? = nil, of size: Int, epoch: Int, checkpoint: Checkpoint?, report: (TrainingEvent) -> Void,
    _ body: (_ rows: [Int]) throws -> [Figure]
  ) throws {
    _ = try checkpoint?.firstEpoch(of: epoch + 1)
    _ = try TrainingLoop.runEpoch(
      epoch, of: epoch + 1, pieces: (order ?? rows).pieces(of: size), checkpoint: checkpoint, report: report
    ) { try body($0.rows) }
  }
}

extension [Int] {
  /// The numbers in their order, so many at a time; the last piece may be shorter.
  func pieces(of size: Int) -> [[Int]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
  }
}
