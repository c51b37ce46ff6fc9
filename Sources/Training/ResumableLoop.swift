import Records

/// A loop over epochs and pieces of work that reports how far it has come, and that a checkpoint can go on with.
package struct ResumableLoop {
  /// One piece's place in the work.
  package struct Piece: Sendable {
    /// The epoch, from 0.
    package let epoch: Int
    /// The piece's number, from 0 and over all epochs.
    package let number: Int
    /// The records that it is about, by their places in the set.
    package let rows: [Int]

    /// The place in words, for messages.
    var words: String { "step \(number + 1) (epoch \(epoch + 1))" }
  }

  /// Epochs of all the work.
  package let epochs: Int
  /// Pieces of all the work; nil where they are not counted.
  private let pieces: Int?
  /// Told how it goes.
  package let report: (TrainingEvent) -> Void
  private let checkpoint: Checkpoint?
  /// The epoch that the checkpoint goes on with; 0 without one.
  private let first: Int

  /// A loop of so many epochs.
  ///
  /// - Parameters:
  ///   - pieces: of all of them together, where that is known.
  ///   - checkpoint: what the work is kept in, and begun where it holds some; it must have begun.
  /// - Throws: `Failure` of kind `data` where the checkpoint's work has gone further.
  package init(
    epochs: Int, pieces: Int? = nil, checkpoint: Checkpoint? = nil, report: @escaping (TrainingEvent) -> Void
  ) throws {
    (self.epochs, self.pieces, self.checkpoint, self.report) = (epochs, pieces, checkpoint, report)
    first = try checkpoint?.firstEpoch(of: epochs) ?? 0
  }

  /// Those of the epochs that are not done yet.
  package func remaining(_ range: Range<Int>) -> Range<Int> {
    max(range.lowerBound, min(first, range.upperBound))..<range.upperBound
  }

  /// Has `body` called for every piece of an epoch, from 0, that is not done yet; it gives figures to report.
  ///
  /// - Parameters:
  ///   - pieces: the records of each.
  ///   - perEpoch: pieces of every epoch, by which they are numbered; nil for as many as this one has.
  /// - Returns: the figures, means over the records.
  /// - Throws: whatever `body` throws; `TrainingStopped` where the checkpoint says so.
  @discardableResult
  package func run(
    epoch: Int, pieces: [[Int]], perEpoch: Int? = nil, _ body: (Piece) throws -> [Figure]
  ) throws -> [Figure] {
    var means = try checkpoint?.means(of: pieces, inEpoch: epoch) ?? RunningMean()
    let (first, earlier) = (means.count, means.records)
    func progress(_ figures: [Figure]) -> TrainingProgress {
      TrainingProgress(
        epoch: epoch + 1, epochs: epochs, step: means.count, steps: pieces.count,
        allSteps: self.pieces.map { (epoch * (perEpoch ?? pieces.count) + means.count, $0) }, pictures: means.records,
        earlierPictures: earlier, figures: figures)
    }
    do {
      // A step may take minutes: whoever watches learns at once that the work has begun.
      if first < pieces.count { report(.begin(progress(means.figures))) }
      for (index, rows) in pieces.enumerated().dropFirst(first) {
        let piece = Piece(epoch: epoch, number: epoch * (perEpoch ?? pieces.count) + index, rows: rows)
        let figures = try body(piece)
        try means.add(figures, records: rows.count)
        report(.step(progress(figures)))
        try checkpoint?.passed(piece, means, isLast: means.count == pieces.count, report: report)
      }
    } catch let fault as Failure where fault.kind == .software {
      throw checkpoint?.naming(fault) ?? fault
    }
    report(.epoch(progress(means.figures)))
    return means.figures
  }
}

extension [Int] {
  /// The numbers in their order, so many at a time; the last piece may be shorter.
  package func pieces(of size: Int) -> [[Int]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
  }
}
