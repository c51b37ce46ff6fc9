import Records

/// The file in which a training keeps what it needs to go on after it was stopped or killed.
///
/// It is written aside and renamed: at every moment it holds a whole checkpoint, or does not exist.
package final class Checkpoint {
  /// The file's path.
  package let path: String
  /// Room for the names of a thousand tensors, and all that is told of them.
  private static let largestHeader = 1 << 18
  private let interval: Int?
  private let tool: String
  private let version: String
  private let limits: StreamLimits
  private let isStopping: () -> Bool
  private let found: CheckpointDocument?
  private var begun: (training: CheckpointDocument.Training, state: any ResumableState)?
  /// Why the file could not be written when it was last tried.
  private var failure: Failure?
  /// The place that the file holds, in words; nil while it holds none of this training.
  private var place: String?

  /// A checkpoint under a path.
  ///
  /// - Parameters:
  ///   - interval: steps from one saving to the next; nil saves at the end of every epoch only.
  ///   - resumes: whether a training goes on from what the file holds. It begins anew where there is no file.
  ///   - tool: that trains.
  ///   - version: of the tools; those of another may take other steps.
  ///   - limits: what is read and, since it must be readable, written.
  ///   - isStopping: whether the training ought to stop after the step at hand.
  /// - Throws: `Failure` of kind `cannotCreate` where the file cannot be written, or stands there and is not to be
  ///   resumed; of kind `data` where it is damaged.
  package init(
    _ path: String, interval: Int? = nil, resumes: Bool = false, tool: String, version: String,
    limits: StreamLimits = .init(),
    isStopping: @escaping () -> Bool = { false }
  ) throws {
    self.path = path
    self.interval = interval
    self.tool = tool
    self.version = version
    self.limits = limits
    self.isStopping = isStopping
    // Told at once, rather than after the first epoch.
    try OutputFile.create(path).discard()
    let exists = OutputFile.exists(path)
    guard resumes || !exists else {
      throw Failure(
        .cannotCreate, "\(path): stands there already; give --resume to go on from it, or remove it to begin anew")
    }
    found = exists ? try CheckpointDocument.read(try InputFile.open(path), limits: limits) : nil
  }

  /// Tells what is trained, and takes its state from the file where there is one.
  ///
  /// - Parameter lengthens: whether a training that came to its end goes on where more epochs are asked for.
  /// - Throws: `Failure` of kind `data` where the file holds another training, with the difference; of kind `usage`
  ///   where it would be too large to be read.
  package func begin(
    arch: String, config: [String: JSON], on spool: Spool, state: any ResumableState, lengthens: Bool = false,
    report: (TrainingEvent) -> Void
  ) throws {
    let asked = CheckpointDocument.Training(
      tool: tool, version: version, arch: arch, config: config, data: try spool.identity())
    begun = (asked, state)
    let size = Self.largestHeader + state.largestByteCount
    guard size <= limits.documentBytes else {
      throw Failure(.usage, "\(path): takes up to \(size) bytes, which only a larger --max-document lets --resume read")
    }
    guard let found else { return }
    let (training, difference) =
      lengthens ? found.continued(by: asked) : (asked, found.training.difference(from: asked))
    if let difference { throw Failure(.data, "\(path): holds another training: \(difference)") }
    begun = (training, state)
    let tensors = CheckpointTensors(found.tensors, file: path)
    try state.load(tensors, at: found.position)
    try tensors.check(names: Set(try state.columns(at: found.position).keys))
    let words = found.position.words
    place = words
    report(.note("\(path): the training goes on after \(words)"))
  }

  /// What the model's record tells of a training that was lengthened: the epochs that it came to its ends with before, and the
  /// warm-up that it had.
  package var record: [String: JSON] {
    guard let config = begun?.training.config, config[CheckpointDocument.earlierKey] != nil else { return [:] }
    return config.filter { [CheckpointDocument.earlierKey, CheckpointDocument.warmUpKey].contains($0.key) }
  }

  /// The epoch to go on with.
  ///
  /// - Throws: `Failure` of kind `data` where the training has no such epoch.
  func firstEpoch(of epochs: Int) throws -> Int {
    guard let position = found?.position else { return 0 }
    guard position.epoch < epochs else { throw misplaced("the training has \(epochs) epochs", position) }
    return position.epoch
  }

  /// The means of the steps that were taken in an epoch of the given pieces.
  ///
  /// - Throws: `Failure` of kind `data` where the epoch has not so many.
  func means(of pieces: [[Int]], inEpoch epoch: Int) throws -> RunningMean {
    guard let position = found?.position, position.epoch == epoch else { return RunningMean() }
    guard position.step > 0, position.step <= pieces.count else {
      throw misplaced("the epoch has \(pieces.count) steps", position)
    }
    return RunningMean(sums: position.sums, of: pieces.prefix(position.step))
  }

  private func misplaced(_ words: String, _ position: CheckpointDocument.Position) -> Failure {
    Failure(.data, "\(path): holds the training after \(position.words), but \(words)")
  }

  /// A step was taken: saves where it is time to.
  ///
  /// A file that cannot be written is no reason to lose a training: it is told now, and thrown by `finish`.
  /// - Throws: `TrainingStopped`, after the saving, where the training ought to stop; `Failure` where it could not be
  ///   saved then, or the parameters are no longer numbers.
  func passed(
    _ piece: ResumableLoop.Piece, _ means: RunningMean, isLast: Bool, report: (TrainingEvent) -> Void
  ) throws {
    let stops = isStopping()
    let position = CheckpointDocument.Position(epoch: piece.epoch, step: means.count, sums: means.sums)
    guard stops || isLast || interval.map({ (piece.number + 1) % $0 == 0 }) ?? false else { return }
    do {
      try save(position, piece)
      failure = nil
    } catch let fault as Failure where !stops && [.cannotCreate, .cannotWrite].contains(fault.kind) {
      if failure == nil { report(.note(naming(fault).message + "; the training goes on")) }
      failure = fault
    }
    guard stops else { return }
    report(.note("stopped; \(path) holds \(position.words), and --resume goes on from there"))
    throw TrainingStopped()
  }

  /// To be called when the training is over and what came of it has been written.
  ///
  /// - Throws: the `Failure` of the last saving, where that failed.
  package func finish() throws {
    if let failure { throw failure }
  }

  /// The failure with words on what the file holds in spite of it.
  func naming(_ fault: Failure) -> Failure {
    guard let place else { return fault }
    return Failure(fault.kind, "\(fault.message) (\(path) keeps the training after \(place))")
  }

  private func save(_ position: CheckpointDocument.Position, _ piece: ResumableLoop.Piece) throws {
    guard let (training, state) = begun else { preconditionFailure("the checkpoint of a training that has not begun") }
    let tensors = try state.columns(at: position)
    guard tensors.values.allSatisfy({ $0.type != .f32 || $0.floats.allSatisfy(\.isFinite) }) else {
      throw Failure.divergence("a parameter", "infinite or no number", piece.words)
    }
    let output = try OutputFile.create(path)
    try CheckpointDocument(training: training, position: position, tensors: tensors).write(to: output)
    try output.commit()
    place = position.words
  }
}

/// A training was told to stop, and its checkpoint holds what it had come to.
package struct TrainingStopped: Error {}
