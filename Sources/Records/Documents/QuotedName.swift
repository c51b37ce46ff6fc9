extension String {
  /// A name out of a file as a message shows it: in quotes, cut when long, without characters that steer a terminal.
  package var quoted: String {
    let longest = 80
    let start = String(String.UnicodeScalarView(unicodeScalars.prefix(longest)))
    return "\"\(start.printable)\(unicodeScalars.count > longest ? "…" : "")\""
  }

  /// Text out of a file as a report shows it: characters that steer a terminal are written as their numbers.
  package var printable: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
