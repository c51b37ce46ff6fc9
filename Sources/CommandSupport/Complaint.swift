/// What the parser complains of, said clearer where its own words would lead astray.
enum Complaint {
  /// The first argument where a command was expected and it is none.
  static func unknownCommand(_ arguments: [String], commands: [String]) -> String? {
    guard let word = arguments.first, !word.hasPrefix("-"), !commands.isEmpty, !(commands + ["help"]).contains(word)
    else { return nil }
    return "there is no command \"\(word)\"; the commands are \(commands.joined(separator: ", "))"
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
}
