import ArgumentParser

@main
struct CLSEval: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "cls-eval")
}
