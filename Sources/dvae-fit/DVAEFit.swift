import ArgumentParser
import CommandSupport
import Models
import Purification
import Records

@main
struct DVAEFit: Tool {
  static let configuration = CommandConfiguration(
    tool: "dvae-fit",
    abstract: "Train a D-VAE on records, so that dvae-apply can take perturbations out of them.",
    discussion: """
      Reads a whole record stream, trains for --epochs passes, and writes the model. The defaults are the published recipe.
      Stage one takes --kld 1 and should end at a PSNR of 20 to 22 dB, stage two --kld 3 and 28 to 30 dB.
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup(title: "Model") var model: AutoencoderModelOptions
  @OptionGroup(title: "Training") var training: AutoencoderTrainingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Computation") var compute: ComputeOptions
  @OptionGroup(title: "Progress") var watching: ProgressOptions

  mutating func execute() throws {
    compute.configure()
    let inputs = try input.reader()
    let output = try output.open()
    let progress = try watching.progress()
    let spool = try Spool(inputs)
    let options = options
    let (trained, figures) = try AutoencoderFit(options).run(spool, report: progress.report)
    if let range = training.psnr, let words = range.warning(about: figures) { progress.note(words) }
    let document = try AutoencoderDocument.make(
      trained, training: options.record(of: spool), history: spool.history + [Provenance.entry()])
    try document.write(to: output, compressionLevel: self.output.level)
    try output.commit()
    try progress.finish()
  }

  private var options: AutoencoderFit.Options {
    var options = AutoencoderFit.Options()
    options.architecture = model.architecture
    options.width = model.width
    options.latent = model.latent
    options.classes = model.classes
    options.divergenceTarget = training.kld
    options.recipe = training.changes.applied(to: training.recipe.recipe)
    options.seed = compute.seed
    return options
  }
}
