import ArgumentParser
import CommandSupport
import Purification
import Records
import TrainerSupport

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = DVAEApply.self

struct DVAEApply: ComputingTool, PassingOptions {
  static let passing: [PassingOption] = [.flag("-q", "--quiet")]

  static let configuration = CommandConfiguration(
    tool: "dvae-apply",
    abstract: "Apply a model of dvae-fit to records: take perturbations out, put them in, or reconstruct pictures.",
    usage: "dvae-apply <model> {--subtract | --reconstruct | --add | --perturbation} [<options>] [<file> ...]")

  @OptionGroup var operands: ModelOperand
  @Flag(
    help: "What becomes of a picture x: --subtract x − p̂, --reconstruct x̂, --add x + p̂, --perturbation p̂ in a column.")
  var mode: Purifier.Mode
  @OptionGroup(title: "Pictures") var pictures: PictureOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Computation") var compute: ComputeOptions
  @Flag(name: [.short, .long], help: "Show no progress, and say nothing of how it went.")
  var quiet = false

  mutating func execute() throws {
    compute.configure()
    let loaded = try operands.load { try AutoencoderDocument.load($0, name: $1) }
    let purifier = try Purifier(loaded.model, classes: loaded.classes, pictures.options(mode, seed: compute.seed))
    let reader = try operands.input.reader()
    let writer = try output.writer(entry: Provenance.entry(models: [loaded.digest]))
    let progress = PassingProgress(reader, quiet: quiet)
    defer { progress.end() }
    let summary = try purifier.run(reader, writer)
    progress.end()
    if !quiet { StandardError.say(summary.words(mode)) }
  }
}

extension Purifier.Mode: EnumerableFlag {}

extension Purifier.Summary {
  fileprivate func words(_ mode: Purifier.Mode) -> String {
    guard let psnr else { return "no records" }
    var words = counted(records, "record")
    if mode != .perturbation { words += ", PSNR \(psnr.fixed(2)) dB" }
    if mode != .reconstruct, let norm = meanPerturbationNorm { words += ", mean l2 norm of p̂ \(norm.fixed(3))" }
    return words
  }
}
