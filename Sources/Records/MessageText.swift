import Glibc

/// A number of things in words: `1 record`, `2 records`.
package func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

extension Double {
  /// The number with so many digits after the point, never as a power of ten.
  package func fixed(_ digits: Int) -> String { formatted("%.*f", digits) }

  /// The number with so many digits in all.
  package func significant(_ digits: Int) -> String { formatted("%.*g", digits) }

  private func formatted(_ format: String, _ digits: Int) -> String {
    // The longest number, 1e308 in full, has 309 digits before the point.
    var text = [CChar](repeating: 0, count: 330 + digits)
    let count = withVaList([Int32(digits), self]) { vsnprintf(&text, text.count, format, $0) }
    return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension String {
  /// A name out of a file as a message shows it: in quotes, cut when long, without characters that steer a terminal.
  package var quoted: String {
    let longest = 80
    let start = String(String.UnicodeScalarView(unicodeScalars.prefix(longest)))
    return "\"\(start.printable)\(unicodeScalars.count > longest ? "…" : "")\""
  }

  /// Text from outside as a message or a report shows it: characters that steer a terminal, and bytes of a file's name
  /// that are not UTF-8, are written as their numbers.
  package var printable: String {
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isKeptByte {
        text += "\\x" + String(UInt8(truncatingIfNeeded: scalar.value), radix: 16)
        continue
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
