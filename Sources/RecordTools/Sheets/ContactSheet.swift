import Formats
import Records

/// Many small pictures on one: the first records of a stream, and beside each the same record of other streams.
package struct ContactSheet: Sendable {
  /// How a sheet is laid out.
  package struct Options: Sendable {
    /// Rows of records.
    package var rows = 8
    /// Records side by side; nil for as many as make about twelve pictures.
    package var across: Int?
    /// Columns to show, and `difference` for how far a stream's picture lies from the first stream's; nil for `image` and,
    /// where there is one, `perturbation`.
    package var columns: [String]?
    /// Pixels of the sheet for each of a picture's; nil for pictures of about 64.
    package var scale: Int?
    /// How perturbations, differences and other fractions than pictures become visible.
    package var stretch = Stretch.range

    /// The defaults.
    package init() {}
  }

  /// The sheet.
  package let picture: Picture
  /// How many records are on it.
  package let recordCount: Int

  private static let gap = 2
  private static let margin = 8
  private static let line = Letters.height + 3

  /// Reads what is needed of the streams, and draws.
  ///
  /// - Throws: `Failure` of kind `data` where a column or an id is missing or a value cannot be shown; of kind `usage`
  ///   where the sheet would have too many pixels. Precondition: there is one stream at least.
  package init(_ streams: [SheetStream], _ options: Options) throws {
    var source = try SheetRecords(streams)
    let cells = try SheetCell.all(of: source.heads, chosen: options.columns)
    let across = options.across ?? max(1, 12 / cells.count)
    let (count, isTooMany) = across.multipliedReportingOverflow(by: options.rows)
    let tiles = try source.first(isTooMany ? .max : count).map { try Tile($0.id, $0.records, cells, options.stretch) }
    guard !tiles.isEmpty else { throw Failure(.data, "\(streams[0].name): holds no records to show") }
    let names = SheetNames.distinct(streams.map(\.name))
    let captions = Self.captions(cells, names)
    picture = try Self.draw(tiles, captions, across: min(across, tiles.count), scale: options.scale)
    recordCount = tiles.count
  }

  /// A record's pictures, and what is written under them.
  private struct Tile {
    let pictures: [Picture]
    let words: [String]

    init(_ id: Int, _ records: [ImageBatch], _ cells: [SheetCell], _ stretch: Stretch) throws {
      do {
        pictures = try cells.map { try $0.picture(records, stretch) }
      } catch let fault as Failure {
        throw Failure(fault.kind, "the record of the id \(id): \(fault.message)")
      }
      let label = records[0].labels?.first
      let name = label.map { label in
        let names = records[0].classes ?? []
        return names.indices.contains(label) ? names[label] : "class \(label)"
      }
      words = [name ?? "", "#\(id)"]
    }
  }

  /// What is written over each cell: its stream and its column, each only where there are several.
  private static func captions(_ cells: [SheetCell], _ names: [String]) -> [[String]] {
    let columns = Set(cells.map(\.column)).count > 1 ? [cells.map(\.column)] : []
    return (names.count > 1 ? [cells.map { names[$0.stream] }] : []) + columns
  }

  private static func draw(_ tiles: [Tile], _ captions: [[String]], across: Int, scale: Int?) throws -> Picture {
    let pictures = tiles.flatMap(\.pictures)
    let (widest, highest) = (pictures.map(\.width).max() ?? 1, pictures.map(\.height).max() ?? 1)
    let scale = scale ?? max(1, 64 / widest)
    let (cell, height) = (widest * scale + gap, highest * scale)
    let tile = cell * tiles[0].pictures.count - gap
    let (head, step) = (captions.count * line, height + 2 * line + margin)
    let rows = (tiles.count + across - 1) / across
    var canvas = try Canvas(
      width: margin + across * (tile + margin), height: margin + head + rows * step)
    for column in 0..<across {
      for (row, words) in captions.enumerated() {
        for (place, word) in words.enumerated() {
          let x = margin + column * (tile + margin) + place * cell
          canvas.write(word, x: x, y: margin + row * line, space: cell - gap)
        }
      }
    }
    for (number, content) in tiles.enumerated() {
      let (x, y) = (margin + number % across * (tile + margin), margin + head + number / across * step)
      for (place, picture) in content.pictures.enumerated() {
        canvas.draw(picture, x: x + place * cell, y: y, scale: scale)
      }
      for (row, words) in content.words.enumerated() {
        canvas.write(words, x: x, y: y + height + 3 + row * line, space: tile)
      }
    }
    return canvas.picture
  }
}
