import ArgumentParser

@main
struct CLSTrain: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "cls-train")
}
