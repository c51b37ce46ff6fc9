import ArgumentParser

@main
struct DVAEApply: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "dvae-apply")
}
