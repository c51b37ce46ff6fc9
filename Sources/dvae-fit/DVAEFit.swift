import ArgumentParser

@main
struct DVAEFit: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "dvae-fit")
}
