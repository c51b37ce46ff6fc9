import ArgumentParser
import Records

extension Quantization: ExpressibleByArgument {}

/// A number of bytes, as written on a command line: digits, and perhaps K, M or G for powers of 1024.
package struct ByteCount: ExpressibleByArgument, Sendable, Equatable, CustomStringConvertible {
  /// The number, 0 or more.
  package let bytes: Int

  /// Precondition: not negative.
  package init(_ bytes: Int) {
    precondition(bytes >= 0, "a size is not negative")
    self.bytes = bytes
  }

  /// The size that the words give: `4096`, `64K`, `512M`, `512MiB`, `4G`; nil for anything else.
  package init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let units = ["": 0, "B": 0, "K": 10, "KIB": 10, "M": 20, "MIB": 20, "G": 30, "GIB": 30]
    guard let number = Int(digits), let shift = units[argument.dropFirst(digits.count).uppercased()] else { return nil }
    let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: 1 << shift)
    guard !isTooLarge else { return nil }
    self.bytes = bytes
  }

  /// With the largest unit that leaves a whole number.
  package var description: String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes > 0 && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)"
  }

  /// What help shows of a default.
  package var defaultValueDescription: String { description }
}

/// A size on the unit scale, as a number or a fraction such as 8/255.
package struct UnitFraction: ExpressibleByArgument, Sendable, CustomStringConvertible {
  /// The size, in single precision.
  package let value: Float
  /// As it was typed.
  package let description: String

  /// The size that the words give; nil for what is neither a number nor a fraction.
  package init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Float($0) }
    guard parts.count <= 2, let numerator = parts[0], let denominator = parts.count == 2 ? parts[1] : 1 else {
      return nil
    }
    (value, description) = (numerator / denominator, argument)
  }

  /// - Parameter option: the one that has it, for the message.
  /// - Throws: `ValidationError` for a number that no element can move by.
  package func check(_ option: String) throws {
    guard value.isFinite, value > 0, value <= 1 else {
      throw ValidationError("\(option) \(self): give a number or fraction above 0 and up to 1, such as 8/255.")
    }
  }
}

/// Names on a command line with commas between, such as `label,score`.
package struct NameList: ExpressibleByArgument, Sendable {
  /// The names, in their order, as they stand; some may be empty.
  package let names: [String]

  /// The names between the commas.
  package init(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// - Parameter option: the one that has them, for the message.
  /// - Throws: `ValidationError` where a name is empty.
  package func check(_ option: String) throws {
    if names.contains("") { throw ValidationError("\(option): a name between two commas is empty.") }
  }
}
