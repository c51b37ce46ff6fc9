import Formats

/// Pictures for terminals that follow kitty's graphics protocol.
package enum KittyGraphics {
  /// Letters of a PNG in one command; the protocol allows no more.
  private static let chunk = 4096

  /// What shows a PNG where the cursor stands: its bytes in base 64, in commands of which all but the last say that more
  /// follows.
  package static func commands(png: [UInt8]) -> [UInt8] {
    let letters = base64(png)
    var commands: [UInt8] = []
    for start in stride(from: 0, to: letters.count, by: chunk) {
      let end = min(start + chunk, letters.count)
      let keys = (start == 0 ? "a=T,f=100," : "") + "m=\(end < letters.count ? 1 : 0)"
      commands += Array("\u{1B}_G\(keys);".utf8) + letters[start..<end] + Array("\u{1B}\\".utf8)
    }
    return commands + Array("\n".utf8)
  }

  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var letters: [UInt8] = []
    letters.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0...3 {
        letters.append(place <= group.count ? alphabet[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return letters
  }
}

/// Pictures for terminals that know DEC's sixels: bands of six rows, drawn colour by colour.
package enum Sixel {
  /// Levels of red, green and blue; together no more colours than the 256 that every such terminal has.
  private static let levels = [6, 7, 6]
  /// A threshold for each place of four by four pixels, so that colours in between come out as a mixture.
  private static let thresholds = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]

  /// What shows a picture where the cursor stands.
  package static func commands(_ picture: Picture) -> [UInt8] {
    var text = "\u{1B}P0;1q\"1;1;\(picture.width);\(picture.height)"
    for color in 0..<levels.reduce(1, *) { text += definition(color) }
    var commands = Array(text.utf8)
    for top in stride(from: 0, to: picture.height, by: 6) { commands += band(picture, top) }
    return commands + Array("\u{1B}\\\n".utf8)
  }

  /// The colour's shares of red, green and blue in hundredths.
  private static func definition(_ color: Int) -> String {
    let parts = [color / (levels[1] * levels[2]), color / levels[2] % levels[1], color % levels[2]]
    let shares = zip(parts, levels).map { String($0 * 100 / ($1 - 1)) }
    return "#\(color);2;" + shares.joined(separator: ";")
  }

  private static func band(_ picture: Picture, _ top: Int) -> [UInt8] {
    // For each colour of the band, six pixels of a column as the bits of a number.
    var columns: [Int: [UInt8]] = [:]
    for row in top..<min(top + 6, picture.height) {
      for column in 0..<picture.width {
        let color = nearest(picture, row, column)
        columns[color, default: [UInt8](repeating: 0, count: picture.width)][column] |= 1 << UInt8(row - top)
      }
    }
    let lines = columns.sorted { $0.key < $1.key }.map { Array("#\($0.key)".utf8) + packed($0.value) }
    return Array(lines.joined(separator: [UInt8(ascii: "$")])) + [UInt8(ascii: "-")]
  }

  private static func nearest(_ picture: Picture, _ row: Int, _ column: Int) -> Int {
    let place = (row * picture.width + column) * picture.channels
    // Between 0 and 1: the share of the way to the next level from which the next is taken.
    let threshold = (Double(thresholds[row % 4 * 4 + column % 4]) + 0.5) / 16
    var color = 0
    for (channel, count) in levels.enumerated() {
      let sample = picture.pixels[place + (picture.channels == 1 ? 0 : channel)]
      color = color * count + min(count - 1, Int(Double(sample) / 255 * Double(count - 1) + 1 - threshold))
    }
    return color
  }

  /// The columns as letters; four and more of the same kind as a number and the letter.
  private static func packed(_ columns: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var start = 0
    while start < columns.count {
      let run = columns[start...].prefix { $0 == columns[start] }.count
      let letter = 63 + columns[start]
      text += run > 3 ? Array("!\(run)".utf8) + [letter] : [UInt8](repeating: letter, count: run)
      start += run
    }
    return text
  }
}
