import ArgumentParser
import CommandSupport
import Formats
import RecordTools
import Records

/// A contact sheet.
struct View: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Shows the first records as a contact sheet.",
    discussion: """
      Streams named are shown side by side, each record beside the one of the same id. Where the first records are of \
      one class, some of every class are shown. The sheet is a PNG on standard output; a terminal that can (kitty's \
      protocol, or sixels) shows it at once.
      """)

  enum Form: String, ExpressibleByArgument, CaseIterable {
    case png, kitty, sixel
  }

  @Option(help: ArgumentHelp("Rows of records.", valueName: "n"))
  var rows = 8

  @Option(help: ArgumentHelp("Records side by side; by default as many as make about twelve pictures.", valueName: "n"))
  var across: Int?

  @Option(
    help: ArgumentHelp(
      "Columns to show, with commas between; difference is how far a stream lies from the first. By default image and, "
        + "where there is one, perturbation.", valueName: "names"))
  var columns: NameList?

  @Option(
    help: ArgumentHelp(
      "Show perturbations as 0.5 + G times p, instead of each from its lowest value to its highest.", valueName: "g"))
  var gain: Float?

  @Option(help: ArgumentHelp("Pixels for each of a picture's; by default pictures of about 64.", valueName: "n"))
  var zoom: Int?

  @Option(name: .customLong("as"), help: "What is written; by default what the terminal shows, or else PNG.")
  var form: Form?

  @OptionGroup var output: BinaryOutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func validate() throws {
    for (name, value, most) in [("rows", rows, 10_000), ("across", across ?? 1, 1000), ("zoom", zoom ?? 1, 64)] {
      guard (1...most).contains(value) else {
        throw ValidationError("--\(name) \(value): give a number of 1 to \(most).")
      }
    }
    if let gain, !gain.isFinite { throw ValidationError("--gain \(gain): give a number.") }
    try columns?.check("--columns")
  }

  func execute() throws {
    let streams = try input.open().map { SheetStream(name: $0.name, reader: RecordReader([$0], limits: input.limits)) }
    let (output, form) = try destination()
    var options = ContactSheet.Options()
    (options.rows, options.across, options.columns, options.scale) = (rows, across, columns?.names, zoom)
    if let gain { options.stretch = .gain(gain) }
    let sheet = try ContactSheet(streams, options)
    try output.write(Self.bytes(sheet.picture, form))
    try output.commit()
  }

  /// A terminal that shows pictures needs no --force to be written to.
  private func destination() throws -> (OutputFile, Form) {
    if let file = try output.destination.create() { return (file, form ?? .png) }
    if let form, form != .png { return (OutputFile.standardOutput, form) }
    if form == nil, !output.force, let way = TerminalPictures.way {
      return (OutputFile.standardOutput, way == .kitty ? .kitty : .sixel)
    }
    return (try output.open(), .png)
  }

  private static func bytes(_ picture: Picture, _ form: Form) throws -> [UInt8] {
    if form == .sixel { return Sixel.commands(picture) }
    do {
      let png = try PNG.encode(picture)
      return form == .kitty ? KittyGraphics.commands(png: png) : png
    } catch {
      throw Failure(.software, "the sheet: \(error)")
    }
  }
}
