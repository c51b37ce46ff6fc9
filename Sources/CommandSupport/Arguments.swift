import Records

/// What the process was started with. Files are named among it, so that what is not UTF-8 keeps its bytes
/// (`String.init(fileName:)`), which `CommandLine.arguments` does not.
enum Arguments {
  /// The name that the program was called by.
  static let program: String? = all.first
  /// What follows it.
  static let words = Array(all.dropFirst())

  private static let all = (0..<Int(CommandLine.argc)).compactMap { index in
    CommandLine.unsafeArgv[index].map { String(fileName: $0) }
  }
}
