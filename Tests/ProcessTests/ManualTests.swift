import Foundation
import Records
import TestSupport
import Testing

/// What a tool's own help knows, its manual page must tell too.
@Suite struct ManualTests {
  private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Sources")

  @Test(arguments: ["rec", "ue-decode"]) func everyCommandAndOptionIsInTheManualPage(_ tool: String) throws {
    let page = try String(contentsOf: Self.sources.appendingPathComponent("\(tool)/\(tool).1"), encoding: .utf8)
      // Pages write a long option as it stands, or as mdoc's macro for options.
      .replacingOccurrences(of: "\\-", with: "-").replacingOccurrences(of: "Fl -", with: "--")
    let help = try JSON(parsing: ProcessRunner.run(tool, ["--experimental-dump-help"]).output)
    let command = try #require(help["command"])
    let names = Self.names(of: command)
    #expect(names.contains("--version"))
    let untold = names.filter { !page.contains($0) }
    #expect(untold.isEmpty)
  }

  /// The names of a command's subcommands, and of the long options of all of them.
  private static func names(of command: JSON) -> Set<String> {
    var names: Set<String> = []
    for argument in command["arguments"]?.array ?? [] {
      for name in argument["names"]?.array ?? [] where name["kind"] == "long" {
        if let word = name["name"]?.string { names.insert("--\(word)") }
      }
    }
    for subcommand in command["subcommands"]?.array ?? [] {
      if let word = subcommand["commandName"]?.string { names.insert(word) }
      names.formUnion(Self.names(of: subcommand))
    }
    return names
  }
}
