import ArgumentParser
import CommandSupport
import Models
import Purification
import Records
import TrainerSupport
import Training

extension AutoencoderConfiguration.Architecture: ExpressibleByArgument {}
extension AutoencoderRecipe: ExpressibleByArgument {}

/// Which model is trained.
struct AutoencoderModelOptions: ParsableArguments {
  @Option(name: .customLong("model"), help: "dvae, vae (no perturbation decoder) or ae (no distribution either).")
  var architecture = AutoencoderConfiguration.Architecture.dvae
  @Option(help: ArgumentHelp("Channels of the first convolution, even.", valueName: "n"))
  var width = 64
  @Option(help: ArgumentHelp("Channels of the latent.", valueName: "n"))
  var latent = 256
  @Option(
    name: .customLong("class-count"),
    help: ArgumentHelp("Classes; by default as many as the stream names or its labels show.", valueName: "n"))
  var classes: Int?

  func validate() throws {
    guard (2...4096).contains(width), width % 2 == 0 else {
      throw ValidationError("--width \(width): give an even number of 2 to 4096.")
    }
    guard (1...16384).contains(latent) else {
      throw ValidationError("--latent \(latent): give a number of 1 to 16384.")
    }
    if let classes, !(1...ClassCount.maximum).contains(classes) {
      throw ValidationError("--class-count \(classes): give a number of 1 to \(ClassCount.maximum).")
    }
  }
}

/// What it is trained towards.
struct AutoencoderTrainingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "KL divergence in nats a cell below which it costs nothing; by default what --psnr leads to, or 1.",
      valueName: "nats"))
  var kld: Float?
  @Option(
    help: ArgumentHelp(
      "Epochs, batch, learning rate and warm-up: published (60, 128, 0.005, 0) or fast (15, 4, 0.002, 2).",
      valueName: "name"))
  var recipe = AutoencoderRecipe.published
  @OptionGroup var changes: RecipeOptions
  @Option(
    help: ArgumentHelp(
      "Without --kld, find it on the way to this range of the PSNR in dB, such as 20:22. Warn when the last epoch's lies outside.",
      valueName: "low:high"))
  var psnr: DecibelRange?

  func validate() throws {
    if let kld, !kld.isFinite || kld < 0 { throw ValidationError("--kld \(kld): give a number of nats, 0 or more.") }
    try changes.check(for: recipe.recipe)
  }

  /// The KL target of a model that has a divergence, or none: then nothing is searched.
  func divergenceTarget(of architecture: AutoencoderConfiguration.Architecture) -> DivergenceTarget.Choice {
    if let kld { return .nats(kld) }
    guard let psnr, architecture != .ae else { return .nats(1) }
    return .decibels(low: Float(psnr.low), high: Float(psnr.high))
  }

  /// What to do about a PSNR below the range, and about one above it.
  ///
  /// - Parameter isSearched: whether the KL target was found by this range.
  func remedies(
    for architecture: AutoencoderConfiguration.Architecture, isSearched: Bool
  ) -> (below: String, above: String) {
    if architecture == .ae { return ("train longer", "lower --latent, or take --model vae, which --kld bounds") }
    return isSearched
      ? ("train longer", "give a --kld below that one") : ("train longer or raise --kld", "lower --kld")
  }
}

/// A range of PSNR on the command line, `LOW:HIGH` in dB, of 0 to 100.
struct DecibelRange: ExpressibleByArgument, CustomStringConvertible {
  let low: Double
  let high: Double

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = Double(parts[0]), let high = Double(parts[1]), 0 <= low, low <= high, high <= 100
    else { return nil }
    self.low = low
    self.high = high
  }

  var description: String { "\(low):\(high)" }

  /// What to say when the PSNR among the figures lies outside the range; nil when it lies within.
  func warning(about figures: [Figure], _ remedies: (below: String, above: String)) -> String? {
    guard let psnr = figures.first(where: { $0.name == "PSNR" })?.value, !(low...high).contains(psnr) else {
      return nil
    }
    return "the PSNR of \(psnr.fixed(2)) dB lies outside \(low.fixed(1)) to \(high.fixed(1)) dB; "
      + (psnr < low ? remedies.below : remedies.above)
  }
}
