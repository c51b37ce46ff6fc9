import ArgumentParser
import CommandSupport
import Models
import Purification
import Records
import TrainerSupport

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = DVAEFit.self

struct DVAEFit: ComputingTool {
  static let configuration = CommandConfiguration(
    tool: "dvae-fit",
    abstract: "Train a D-VAE on records, so that dvae-apply can take perturbations out of them.",
    discussion: """
      Reads a whole record stream, trains for --epochs passes, and writes the model. The defaults are the published recipe.
      Stage one takes --kld 1 and should end at a PSNR of 20 to 22 dB, stage two --kld 3 and 28 to 30 dB; --psnr 20:22 without
      --kld finds what leads there.
      """)

  static let memoryAdvice = "give --micro-batch, or a smaller --batch or --width"

  @OptionGroup(title: "Model") var model: AutoencoderModelOptions
  @OptionGroup(title: "Training") var training: AutoencoderTrainingOptions
  @OptionGroup var trainer: TrainerOptions

  func validate() throws {
    if model.architecture == .ae, training.kld != nil {
      throw ValidationError("--kld: an autoencoder (--model ae) has no distribution whose divergence could be bounded.")
    }
  }

  mutating func execute() throws {
    let options = options
    try trainer.run { work in
      let (model, figures, nats) = try AutoencoderFit(options).run(
        work.spool, checkpoint: work.checkpoint, microBatch: work.microBatch, report: work.report)
      let isSearched = options.divergenceTarget != .nats(nats)
      if isSearched { work.report(.note("the KL target came to \(Double(nats).fixed(3)) nats a cell")) }
      let remedies = training.remedies(for: options.architecture, isSearched: isSearched)
      if let words = training.psnr?.warning(about: figures, remedies) { work.report(.note(words)) }
      return try AutoencoderDocument.make(
        model, training: work.record(options.record(of: work.spool)).merging(["kld": .float(nats)]) { $1 },
        classes: ClassCount.names(work.spool, count: model.configuration.classes), history: work.history)
    }
  }

  private var options: AutoencoderFit.Options {
    var options = AutoencoderFit.Options()
    options.architecture = model.architecture
    options.width = model.width
    options.latent = model.latent
    options.classes = model.classes
    options.divergenceTarget = training.divergenceTarget(of: model.architecture)
    options.recipe = training.changes.applied(to: training.recipe.recipe)
    options.seed = trainer.compute.seed
    return options
  }
}
