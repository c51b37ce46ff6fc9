import Compute
import Records
import Training

/// The perturbations that an attack found for the records of a set, by their place in the stream.
public final class PerturbationStore: Poison {
  public let bound: PerturbationBound
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

  /// The perturbations of some records, channels last; 0 where none was set.
  func read(_ rows: [Int]) throws -> [Float] { try file.read(rows) }

  /// Sets the perturbations of some records, channels last.
  func write(_ rows: [Int], _ values: [Float]) throws { try file.write(rows, values) }

  public func perturbations(
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

  /// Has `body` called with the records to be poisoned, some at a time, and reports how far it has come.
  ///
  /// - Parameters:
  ///   - order: these records in another order.
  ///   - body: gives figures to report.
  func forEachBatch(
    in order: [Int]? = nil, of size: Int, report: (TrainingEvent) -> Void, _ body: (_ rows: [Int]) throws -> [Figure]
  ) rethrows {
    let rows = order ?? self.rows
    let steps = (rows.count + size - 1) / size
    var means: [Figure] = []
    func progress(_ step: Int, _ done: Int, _ figures: [Figure]) -> TrainingProgress {
      TrainingProgress(epoch: 1, epochs: 1, step: step, steps: steps, pictures: done, figures: figures)
    }
    for step in 0..<steps {
      let part = Array(rows[step * size..<min(rows.count, (step + 1) * size)])
      let figures = try body(part)
      let weight = Double(part.count) / Double(rows.count)
      means = figures.enumerated().map { index, figure in
        Figure(
          figure.name, (step == 0 ? 0 : means[index].value) + weight * figure.value, figure.format, unit: figure.unit)
      }
      report(.step(progress(step + 1, step * size + part.count, figures)))
    }
    report(.epoch(progress(steps, rows.count, means)))
  }
}
