import ArgumentParser

/// Options of which some say where the result goes or how fast it comes, not what it is: the same seed gives the same
/// bytes, and the history leaves them out.
///
/// A group of options, or a command with options of its own, says so beside them.
package protocol PassingOptions: ParsableArguments {
  /// Those of them that change nothing in the result.
  static var passing: [PassingOption] { get }
}

/// An option that changes nothing in the result.
package struct PassingOption: Sendable {
  /// Its names, dashes and all.
  let names: [String]
  /// Whether a value follows.
  let takesValue: Bool

  /// One without a value.
  package static func flag(_ names: String...) -> PassingOption { PassingOption(names: names, takesValue: false) }

  /// One that a value follows.
  package static func value(_ names: String...) -> PassingOption { PassingOption(names: names, takesValue: true) }

  /// Whether a value follows, by the names of all passing options of a command or group, those of the groups within too.
  static func all(of options: any ParsableArguments.Type) -> [String: Bool] {
    var all: [String: Bool] = [:]
    for option in (options as? any PassingOptions.Type)?.passing ?? [] {
      for name in option.names { all[name] = option.takesValue }
    }
    for property in Mirror(reflecting: options.init()).children {
      guard let group = property.value as? any GroupOfOptions else { continue }
      all.merge(self.all(of: group.options)) { own, _ in own }
    }
    return all
  }
}

/// A property that holds a group of options, whose type tells which.
private protocol GroupOfOptions {
  var options: any ParsableArguments.Type { get }
}

extension OptionGroup: GroupOfOptions {
  fileprivate var options: any ParsableArguments.Type { Value.self }
}

/// Whether a tool says how it went. Every tool takes it, also where there is nothing to say.
package struct QuietOption: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.flag("-q", "--quiet")]

  /// Whether nothing is said.
  @Flag(name: .shortAndLong, help: "Say nothing of how it went.")
  package var quiet = false

  /// Something is said.
  package init() {}

  /// Says words on standard error, unless they are not wanted.
  package func say(_ words: @autoclosure () -> String) {
    if !quiet { StandardError.say(words()) }
  }
}
