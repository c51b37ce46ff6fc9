import ArgumentParser
import CommandSupport
import Poisons
import Records

/// The l2 norm of attacks that keep it exactly.
struct NormOption: ParsableArguments {
  @Option(help: ArgumentHelp("l2 norm of the perturbation of a picture in [0, 1].", valueName: "l2"))
  var norm: Float = 1

  func validate() throws {
    guard norm.isFinite, norm > 0 else { throw ValidationError("--norm \(norm): give a positive number.") }
  }
}

/// How pictures of 8 bits are rounded, where the official code truncates.
struct QuantizeOption: ParsableArguments {
  @Option(help: "How pictures of 8 bits are rounded: nearest, or truncate as the official code does.")
  var quantise = Quantization.nearest
}

/// `ue-craft lsp`.
struct LSP: Tool {
  static let configuration = CommandConfiguration(
    commandName: "lsp", abstract: "Linearly separable patches: random colours on a grid, told apart by class.")

  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var size: NormOption
  @OptionGroup var rounding: QuantizeOption
  @OptionGroup var telling: QuietOption

  mutating func execute() throws {
    try poisoning.run(
      LinearlySeparablePatches(norm: size.norm, seed: poisoning.compute.seed), quantization: rounding.quantise,
      quiet: telling.quiet)
  }
}

/// `ue-craft ar`.
struct AR: Tool {
  static let configuration = CommandConfiguration(
    commandName: "ar", abstract: "Autoregressive noise: every class has a process of its own.")

  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var size: NormOption
  @OptionGroup var telling: QuietOption

  mutating func execute() throws {
    try poisoning.run(AutoregressiveProcesses(norm: size.norm, seed: poisoning.compute.seed), quiet: telling.quiet)
  }
}

/// `ue-craft ops`.
struct OPS: Tool {
  static let configuration = CommandConfiguration(
    commandName: "ops", abstract: "One-pixel shortcut: every class has one pixel of one saturated colour.")

  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var telling: QuietOption

  mutating func execute() throws {
    try poisoning.run(quiet: telling.quiet) { OnePixelShortcut($0) }
  }
}
