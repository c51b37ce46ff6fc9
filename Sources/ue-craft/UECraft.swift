import ArgumentParser
import CommandSupport
import TrainerSupport

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = UECraft.self

struct UECraft: ComputingTool {
  static let configuration = CommandConfiguration(
    tool: "ue-craft", abstract: "Make records unlearnable by small perturbations.",
    subcommands: [LSP.self, AR.self, OPS.self, EM.self, REM.self, TAP.self, SEP.self, NTGA.self, Apply.self])
}
