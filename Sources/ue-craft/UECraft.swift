import ArgumentParser

@main
struct UECraft: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ue-craft")
}
