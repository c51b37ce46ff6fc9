extension String {
  /// A name out of a file as a message shows it: in quotes, cut when long, without characters that steer a terminal.
  var quoted: String {
    let longest = 80
    var text = ""
    for scalar in unicodeScalars.prefix(longest) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return "\"\(text)\(unicodeScalars.count > longest ? "…" : "")\""
  }
}
