import ArgumentParser

@main
struct UEBench: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ue-bench")
}
