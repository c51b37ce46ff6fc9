import ArgumentParser
import CommandSupport

/// Where the records go, and whether anything is said of them.
struct DecodeOutput: ParsableArguments {
  @OptionGroup var stream: OutputOptions

  @Flag(name: .shortAndLong, help: "Say nothing of how it went.")
  var quiet = false

  /// Takes words for standard error, which are lost where they are not wanted.
  var report: @Sendable (String) -> Void {
    let quiet = quiet
    return { words in
      if !quiet { StandardError.say(words) }
    }
  }
}
