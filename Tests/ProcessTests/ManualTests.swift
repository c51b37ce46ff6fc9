import Records
import TestSupport
import Testing

/// What a tool's own help knows, its manual page must tell too.
@Suite struct ManualTests {
  private static let tools = [
    "cls-eval", "cls-train", "dvae-apply", "dvae-fit", "ue-bench", "ue-craft", "ue-decode", "ue-detect", "ue-encode",
    "ue-rec", "ue-squeeze",
  ]

  @Test func everyPageIsTested() throws {
    #expect(try ManualPage.tools() == Set(Self.tools))
  }

  @Test(arguments: tools) func everyCommandAndOptionIsInTheManualPage(_ tool: String) throws {
    let (help, page) = try (CommandHelp(of: tool), ManualPage(of: tool))
    #expect(help.options.contains { $0.name == "--version" })
    #expect(help.commands.subtracting(page.words) == [])
    #expect(Set(help.options.map(\.name)) == page.options)
  }

  @Test(arguments: tools) func everyDefaultAndChoiceIsInTheOptionsEntry(_ tool: String) throws {
    let page = try ManualPage(of: tool)
    for option in try CommandHelp(of: tool).options {
      let item = try #require(page.items.first { $0.heading.contains(option.name) }, "\(option.name)")
      for choice in option.choices { #expect(item.words.contains(choice), "\(option.name) \(choice)") }
      guard let value = option.defaultValue else { continue }
      let isTold = item.words.contains { $0 == value || (Double(value) != nil && Double($0) == Double(value)) }
      #expect(isTold, "\(option.name), \(value) by default")
    }
  }

  /// The codes of `Failure`, and success. A benchmark reads and creates no files; a verdict has codes of its own.
  @Test(arguments: tools) func everyExitCodeIsInTheManualPage(_ tool: String) throws {
    let codes: Set<Int32> =
      switch tool {
      case "ue-bench": [0, 64, 70, 74]
      case "ue-detect": [0, 3, 4, 64, 65, 66, 70, 73, 74]
      default: [0, 64, 65, 66, 70, 73, 74]
      }
    #expect(try ManualPage(of: tool).exitCodes == codes)
  }

  @Test(.enabled(if: (try? ProcessRunner.shell("command -v mandoc"))?.status == 0), arguments: tools)
  func theManualPageIsWellFormed(_ tool: String) throws {
    let check = try ProcessRunner.shell("mandoc -T lint -W warning '\(ManualPage.file(of: tool).path)'")
    #expect(check.text == "")
    #expect(check.status == 0)
  }
}

/// A tool's commands and options, as its argument parser knows them.
private struct CommandHelp {
  struct Option {
    /// With its dashes.
    let name: String
    /// Of an option with a value.
    let defaultValue: String?
    /// The values it takes, where they are a few names.
    let choices: [String]
  }

  private(set) var commands: Set<String> = []
  /// Those of the tool and of all its subcommands.
  private(set) var options: [Option] = []

  init(of tool: String) throws {
    let result = try ProcessRunner.run(tool, ["--experimental-dump-help"])
    #expect(result.status == 0)
    try add(#require(JSON(parsing: result.output)["command"]))
  }

  private mutating func add(_ command: JSON) {
    for argument in command["arguments"]?.array ?? [] {
      for name in argument["names"]?.array ?? [] where name["kind"] == "long" {
        guard let word = name["name"]?.string else { continue }
        let takesValue = argument["kind"] == "option"
        options.append(
          Option(
            name: "--\(word)", defaultValue: takesValue ? argument["defaultValue"]?.string : nil,
            choices: takesValue ? argument["allValues"]?.array?.compactMap(\.string) ?? [] : []))
      }
    }
    for subcommand in command["subcommands"]?.array ?? [] {
      // The parser tells of a command `help` even for tools that have no commands.
      guard let word = subcommand["commandName"]?.string, word != "help" else { continue }
      commands.insert(word)
      add(subcommand)
    }
  }
}
