import Records

/// What the parser complains of, said clearer where its own words would lead astray.
enum Complaint {
  /// The first argument where a command was expected and it is none.
  static func unknownCommand(_ arguments: [String], commands: [String]) -> String? {
    guard let word = arguments.first, !word.hasPrefix("-"), !commands.isEmpty, !(commands + ["help"]).contains(word)
    else { return nil }
    return "there is no command \(word.quoted); the commands are \(commands.joined(separator: ", "))"
  }

  /// Of an option whose value begins with a dash the parser says that the value is missing.
  ///
  /// - Parameter words: the parser's, such as "Missing value for '--kld <nats>'".
  static func valueWithDash(_ words: some StringProtocol, _ arguments: [String]) -> String? {
    let label = "Missing value for '"
    guard words.hasPrefix(label) else { return nil }
    let name = String(words.dropFirst(label.count).prefix { $0 != " " && $0 != "'" })
    guard
      let value = zip(arguments, arguments.dropFirst()).first(where: { $0 == name && $1.hasPrefix("-") })?.1
    else { return nil }
    return "\(name) has no value, since \"\(value)\" begins with a dash; if that is the value, write \(name)=\(value)"
  }

  /// The parser takes any word with one dash for letters that stand together, and so finds `-h` in a file's name.
  ///
  /// - Returns: what to say in place of an answer, such as the help, that no argument asks for.
  static func helpByChance(_ arguments: [String]) -> String? {
    let questions = [
      "-h", "-help", "--help", "help", "-help-hidden", "--help-hidden", "--version", "--experimental-dump-help",
    ]
    guard !arguments.contains(where: { questions.contains($0) || $0.hasPrefix("--generate-completion-script") }),
      let word = arguments.first(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("h") })
    else { return nil }
    return "unknown option \(word); if that is a file, write ./\(word)"
  }
}

/// What a shell completes, put right where the parser writes it wrongly.
///
/// The parser gives every command a subcommand `help`, even one that has none and takes files instead. zsh then refuses
/// to complete anything ("doubled rest argument definition"), and bash and fish offer a `help` that would be a file.
enum CompletionScript {
  /// The lines, those of zsh, bash and fish, that complete the name of that subcommand.
  private static let marks = ["'(-): :->command'", "'(-)*:: :->arg'", "compgen -W 'help' --", "-fa 'help'"]

  /// The script of a command without subcommands.
  static func withoutSubcommands(_ script: String) -> String {
    script.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { line in !marks.contains { line.contains($0) } }
      .joined(separator: "\n")
  }
}
