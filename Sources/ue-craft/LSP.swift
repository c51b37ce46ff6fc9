import ArgumentParser
import CommandSupport
import Poisons

/// `ue-craft lsp`.
struct LSP: Tool {
  static let configuration = CommandConfiguration(
    commandName: "lsp", abstract: "Linearly separable patches: random colours on a grid, told apart by class.")

  @OptionGroup var poisoning: PoisoningOptions
  @Option(help: ArgumentHelp("l2 norm of the perturbation of a picture in [0, 1].", valueName: "l2"))
  var norm: Float = 1

  func validate() throws {
    guard norm.isFinite, norm > 0 else { throw ValidationError("--norm \(norm): give a positive number.") }
  }

  mutating func execute() throws {
    try poisoning.run(LinearlySeparablePatches(norm: norm, seed: poisoning.compute.seed))
  }
}
