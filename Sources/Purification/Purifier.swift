import Compute
import Models
import Records
import Training

/// A trained autoencoder applied to records, batch by batch (PAPER Algorithm 1, METHODS 6.2e).
package final class Purifier {
  /// What is made of a picture x.
  package enum Mode: String, Sendable, CaseIterable {
    /// x − p̂: the picture without its perturbation.
    case subtract
    /// x̂: the picture as the bottleneck lets it through.
    case reconstruct
    /// x + p̂: a picture made unlearnable.
    case add
    /// p̂ itself, in a column `perturbation`; the picture stays.
    case perturbation
  }

  /// Where in the latent's distribution the decoders start.
  package enum LatentChoice: String, Sendable, CaseIterable {
    /// A draw, keyed by seed and record id, so that a run repeats and shards agree.
    case sample
    /// Its mean.
    case mean
  }

  /// What the user may choose.
  package struct Options: Sendable {
    /// What is made of a picture.
    package var mode: Mode
    /// Where the decoders start.
    package var latent = LatentChoice.sample
    /// U8, or F32 in [0, 1].
    package var pictures = ElementType.u8
    /// How U8 pictures are rounded.
    package var quantization = Quantization.nearest
    /// Of the latent's draws.
    package var seed: UInt64 = 0
    /// Whether records pass untouched unless their column `flag` is set.
    package var onlyFlagged = false

    /// The defaults for a mode.
    package init(mode: Mode) { self.mode = mode }
  }

  /// What passed, for a closing report.
  package struct Summary: Sendable, Equatable {
    /// Records treated.
    package var records = 0
    /// The sum of the squared differences between the pictures that went in and came out, on the unit scale.
    package var squaredError = 0.0
    /// The picture elements treated.
    package var elements = 0
    /// The sum of the l2 norms of p̂.
    package var perturbationNorms = 0.0

    /// PSNR in dB between pictures in and out; nil where nothing passed.
    package var psnr: Double? { elements > 0 ? peakSignalToNoise(squaredError / Double(elements)) : nil }
    /// The mean l2 norm of p̂; nil where nothing passed.
    package var meanPerturbationNorm: Double? { records > 0 ? perturbationNorms / Double(records) : nil }
  }

  /// Elements of a picture's plane that pass at a time: 64 pictures of 32×32, whatever the stream's batches.
  private static let pixelsAtOnce = 64 * 1024

  private var summary = Summary()
  private let model: VariationalAutoencoder
  private let classes: ClassMatching
  private let options: Options

  /// Applies a model.
  ///
  /// - Parameter classes: what the labels of records are to it.
  /// - Throws: a usage failure where the mode needs a perturbation decoder and the model has none.
  package init(_ model: VariationalAutoencoder, classes: ClassMatching, _ options: Options) throws {
    guard options.mode == .reconstruct || model.disentangles else {
      throw Failure(
        .usage,
        "to \(options.mode.rawValue) takes a D-VAE; this model is a \(model.configuration.architecture.rawValue), "
          + "which can only reconstruct")
    }
    self.model = model
    self.classes = classes
    self.options = options
  }

  /// Treats all records, and writes them with their pictures replaced or with a perturbation column; every other column
  /// passes through.
  ///
  /// - Returns: what passed.
  /// - Throws: a data failure where the pictures or labels do not suit the model, or flags are missing that should tell
  ///   which records to treat; what reader and writer throw. The records before the fault have been written.
  package func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> Summary {
    summary = Summary()
    try reader.pass(to: writer) { batch, start in
      try apply(batch, startingAt: start) { reader.failure(record: $0, $1) }
    }
    return summary
  }

  /// The batch with its pictures replaced, or with a perturbation column.
  ///
  /// - Parameters:
  ///   - start: the number of records that came before, which are the ids where the stream has none.
  ///   - failure: turns words about a record of the batch into a data failure that says where it stands.
  private func apply(
    _ batch: ImageBatch, startingAt start: Int, failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> ImageBatch {
    let sizes = model.configuration
    let treated = try rowsToTreat(of: batch, failure)
    let input = try PictureBatch(
      batch,
      PictureRequirement(
        "to work on", channels: sizes.channels, size: (sizes.height, sizes.imageWidth),
        labels: options.mode == .reconstruct ? nil : "which the perturbation depends on", classes: classes),
      startingAt: start, checking: treated, failure: failure)
    let length = max(1, Self.pixelsAtOnce / (sizes.height * sizes.imageWidth))
    var output = PictureOutput(
      options, capacity: treated.count * sizes.channels * sizes.height * sizes.imageWidth)
    for first in stride(from: 0, to: treated.count, by: length) {
      let rows = treated[first..<min(treated.count, first + length)]
      let x = input.tensor(rows)
      let result = decode(
        x, labels: input.labels.isEmpty ? nil : rows.map { input.labels[$0] }, ids: rows.map { input.ids[$0] })
      let squaredError = try output.append(result, beside: input.image.records(Array(rows))) {
        failure(rows[rows.startIndex + $0], $1)
      }
      note(result, records: rows.count, elements: x.count, squaredError: squaredError)
    }
    return output.replacing(treated, in: batch)
  }

  private func rowsToTreat(
    of batch: ImageBatch, _ failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> [Int] {
    guard options.onlyFlagged else { return Array(0..<batch.count) }
    guard let flags = batch.flags else {
      throw failure(0, "there is no column flag, which tells the records to treat; ue-detect adds it")
    }
    return flags.indices.filter { flags[$0] != 0 }
  }

  private func decode(_ x: Tensor, labels: [Int]?, ids: [Int]) -> Tensor {
    let latent = model.encode(x, training: false)
    // Each mode has draws of its own: stage two subtracts and reconstructs the same record with one seed.
    let noise = NormalNumbers(seed: options.seed, purpose: "latent \(options.mode.rawValue)", records: ids)
    let code = model.code(latent, noise: options.latent == .sample ? .normal(noise) : nil)
    if let labels, let perturbation = model.perturbation(code, of: latent, labels: labels) { return perturbation }
    return model.reconstruct(code)
  }

  private func note(_ result: Tensor, records: Int, elements: Int, squaredError: Double) {
    summary.records += records
    summary.elements += elements
    summary.squaredError += squaredError
    if options.mode != .reconstruct {
      summary.perturbationNorms += result.recordNorms.reduce(0) { $0 + Double($1) }
    }
  }
}
