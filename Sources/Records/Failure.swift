/// Why a tool cannot go on, in words for its user: what was wrong, where, and what to do.
///
/// The kind decides the exit code; a tool prints the message behind its own name.
package struct Failure: Error, CustomStringConvertible, Sendable, Equatable {
  /// What went wrong, by who can mend it.
  package enum Kind: Sendable {
    /// The command line asks for something that cannot be had (exit 64).
    case usage
    /// The input is damaged, or is not what the tool works on (exit 65).
    case data
    /// A file named on the command line cannot be opened or read (exit 66).
    case missingInput
    /// The computation itself failed, such as a loss that is no longer a number (exit 70).
    case software
    /// An output file cannot be created (exit 73).
    case cannotCreate
    /// Writing failed part way, such as on a full disk (exit 74).
    case cannotWrite
  }

  /// What went wrong, by who can mend it.
  package let kind: Kind
  /// What went wrong, in one sentence or two, without the tool's name.
  package let message: String

  /// A failure of the given kind; the message is one sentence or two, without the tool's name.
  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }
}
