import ArgumentParser
import Purification
import Records

extension Purifier.LatentChoice: ExpressibleByArgument {}

/// How pictures are made and written.
struct PictureOptions: ParsableArguments {
  /// The types of pictures.
  enum PictureType: String, ExpressibleByArgument, CaseIterable { case u8, f32 }

  @Option(help: "Where in the latent's distribution to start: sample (keyed by seed and record id) or mean.")
  var latent = Purifier.LatentChoice.sample
  @Option(help: "Type of the pictures written: u8, or f32 in [0, 1].")
  var dtype = PictureType.u8
  @Option(help: "How u8 pictures are rounded: nearest (the default), or truncate as the official code does.")
  var quantise: Quantization?

  @Flag(help: "Treat the records whose column flag is set; the others pass untouched.")
  var onlyFlagged = false

  func validate() throws {
    if quantise != nil, dtype == .f32 { throw ValidationError("--quantise: nothing is rounded for --dtype f32.") }
  }

  func options(_ mode: Purifier.Mode, seed: UInt64) -> Purifier.Options {
    var options = Purifier.Options(mode: mode)
    options.latent = latent
    options.pictures = dtype == .u8 ? .u8 : .f32
    options.quantization = quantise ?? .nearest
    options.seed = seed
    options.onlyFlagged = onlyFlagged
    return options
  }
}
