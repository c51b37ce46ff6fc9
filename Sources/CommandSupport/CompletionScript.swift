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
