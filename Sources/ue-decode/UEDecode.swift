import ArgumentParser

@main
struct UEDecode: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ue-decode")
}
