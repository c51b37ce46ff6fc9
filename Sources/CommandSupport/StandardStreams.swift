import Glibc
import Records

/// Text for standard output, such as a report: written whole, or known not to be.
package enum StandardOutput {
  /// Writes the text at once.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`, such as on a full disk; `print` would not notice.
  package static func write(_ text: String) throws {
    try OutputFile.standardOutput.commit(text)
  }
}

extension OutputFile {
  /// Writes a text that is all there is to write, such as a report, and commits it.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  package func commit(_ text: String) throws {
    try write(Array(text.utf8))
    try commit()
  }
}

/// Words for the person at the terminal.
package enum StandardError {
  /// The name that this program was called by, without its folder.
  package static let toolName: String = {
    let name = Arguments.program.flatMap { $0.split(separator: "/").last }
    return name.map { String($0).printable } ?? "ue-tools"
  }()

  /// A line of words, after the tool's name. Whatever names they hold, it is one line, and steers no terminal.
  package static func say(_ words: String) { write("\(toolName): \(words.printable)\n") }

  /// Text as it stands. Where standard error itself cannot be written there is nobody left to tell, so it is lost.
  package static func write(_ text: String) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count > 0 { start += count } else if count == 0 || errno != EINTR { return }
    }
  }
}
