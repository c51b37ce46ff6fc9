import ArgumentParser

@main
struct Rec: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "rec")
}
