import ArgumentParser
import Locking
import Records

/// What a file's history says of the command that made it.
package enum Provenance {
  /// The version of all the tools.
  package static let version = "0.1.0"

  /// The history's entry for this process.
  ///
  /// The command line stands as typed, quoted for a shell, but for the tool's folder and for the options that change
  /// nothing in the result: the same seed gives the same bytes, whatever the file's name or the number of threads.
  /// - Parameter models: "sha256:…" of each model used.
  package static func entry(models: [String] = []) -> HistoryEntry {
    let arguments = Arguments.words
    let words = [StandardError.toolName] + passing.withLock { lasting(arguments, passing: $0) }
    return HistoryEntry(
      command: words.map(quoted).joined(separator: " "), version: version, models: models.isEmpty ? nil : models)
  }

  /// Whether a value follows, by the name of each passing option of the command that runs.
  private static let passing = Locked<[String: Bool]>([:])

  /// Takes note of the command that runs, before it asks for an entry.
  static func begin(_ command: any ParsableArguments.Type) {
    let options = PassingOption.all(of: command)
    passing.withLock { $0 = options }
  }

  /// The arguments without the passing options.
  ///
  /// - Parameter passing: by their names, whether a value follows.
  static func lasting(_ arguments: [String], passing: [String: Bool]) -> [String] {
    var kept: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" { return kept + [argument] + rest }
      guard let hasValue = valueFollows(argument, passing) else {
        kept.append(argument)
        continue
      }
      if hasValue { _ = rest.popFirst() }
    }
    return kept
  }

  /// Whether the next argument is this passing option's value; nil where this is no passing option. Letters may stand
  /// together: `-qo FILE`.
  private static func valueFollows(_ argument: String, _ passing: [String: Bool]) -> Bool? {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let word = parts.first, word.hasPrefix("-"), word.count > 1 else { return nil }
    let names = word.hasPrefix("--") ? [String(word)] : word.dropFirst().map { "-\($0)" }
    let takeValues = names.map { passing[$0] }
    guard !takeValues.contains(nil) else { return nil }
    return parts.count == 1 && takeValues.contains(true)
  }

  /// The word as a shell reads it back.
  static func quoted(_ word: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%^")
    if !word.isEmpty, word.allSatisfy(plain.contains) { return word }
    if String(validating: word.fileNameBytes, as: UTF8.self) == nil { return "$'" + bytesInQuotes(word) + "'" }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}

extension Provenance {
  /// The bytes of a word that is not UTF-8, as bash reads them back within `$'…'`.
  private static func bytesInQuotes(_ word: String) -> String {
    word.fileNameBytes.map { byte in
      let isPlain = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "'") && byte != UInt8(ascii: "\\")
      let digits = String(byte, radix: 16)
      return isPlain ? String(Unicode.Scalar(byte)) : "\\x" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }
}

extension CommandConfiguration {
  /// A tool's configuration, with what all of them have in common.
  ///
  /// - Parameter usage: in place of the one that follows from the options.
  package init(
    tool name: String, abstract: String, usage: String? = nil, discussion: String = "",
    subcommands: [any ParsableCommand.Type] = []
  ) {
    self.init(
      commandName: name, abstract: abstract, usage: usage, discussion: discussion,
      version: "\(name) (ue-tools) \(Provenance.version)", subcommands: subcommands)
  }
}
