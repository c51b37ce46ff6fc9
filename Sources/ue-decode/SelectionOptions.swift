import ArgumentParser
import Formats
import Records

/// Which of the records go on.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep these classes only, each by its name or its number. They are numbered anew, in the order given.",
      valueName: "a,b,c"))
  var classes: String?

  @Option(help: ArgumentHelp("Leave out the first N records of those classes.", valueName: "n"))
  var offset = 0

  @Option(help: ArgumentHelp("Take at most N records.", valueName: "n"))
  var limit: Int?

  func validate() throws {
    if offset < 0 { throw ValidationError("--offset \(offset): give a number from 0 up.") }
    if let limit, limit < 0 { throw ValidationError("--limit \(limit): give a number from 0 up.") }
    if names?.contains("") == true { throw ValidationError("--classes: a name between two commas is empty.") }
  }

  var selection: Selection { Selection(classes: names, offset: offset, limit: limit) }

  private var names: [String]? {
    classes.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }
}
