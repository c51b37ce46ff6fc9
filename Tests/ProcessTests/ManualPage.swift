import Foundation

/// What a test wants to know of a manual page, whether it is written with the macros of mdoc or of man.
struct ManualPage {
  /// An entry of a list, such as an option's: the words that it explains, and all that is said of them.
  struct Item {
    var heading: Set<String>
    var words: Set<String>
    let section: String
  }

  /// Every word of the page: long options with their dashes, numbers without the punctuation behind them.
  private(set) var words: Set<String> = []
  /// The entries of all lists, in their order.
  private(set) var items: [Item] = []

  /// The page in a tool's folder.
  init(of tool: String) throws {
    let text = try String(contentsOf: Self.file(of: tool), encoding: .utf8)
      .replacingOccurrences(of: "\\-", with: "-").replacingOccurrences(of: "Fl -", with: "--")
    var section = ""
    var isInItem = false
    var headingFollows = false
    for line in text.split(separator: "\n") {
      let words = Self.words(of: line)
      self.words.formUnion(words)
      if headingFollows || line.hasPrefix(".It ") {
        items.append(Item(heading: words, words: words, section: section))
        isInItem = true
      } else if line.uppercased().hasPrefix(".SH ") {
        section = String(line.dropFirst(4))
        isInItem = false
      } else if line.uppercased().hasPrefix(".SS ") || line == ".El" || line == ".PP" {
        isInItem = false
      } else if isInItem {
        items[items.count - 1].words.formUnion(words)
      }
      headingFollows = line == ".TP"
    }
  }

  /// The long options that have an entry.
  var options: Set<String> { Set(items.flatMap(\.heading).filter { $0.hasPrefix("--") }) }

  /// The numbers that have an entry under EXIT STATUS.
  var exitCodes: Set<Int32> {
    Set(items.filter { $0.section == "EXIT STATUS" }.flatMap(\.heading).compactMap(Int32.init))
  }

  /// The page's file.
  static func file(of tool: String) -> URL { sources.appendingPathComponent("\(tool)/\(tool).1") }

  /// The tools that have a page, by the folders of the source.
  static func tools() throws -> Set<String> {
    let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path)
    return Set(folders.filter { FileManager.default.fileExists(atPath: file(of: $0).path) })
  }

  private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Sources").standardized

  private static func words(of line: Substring) -> Set<String> {
    let pieces = line.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }
    return Set(pieces.map { $0.hasSuffix(".") ? String($0.dropLast()) : String($0) })
  }
}
