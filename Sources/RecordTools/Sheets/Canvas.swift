import Formats
import Records

/// A colour picture to be drawn on, white at first.
struct Canvas {
  let width: Int
  let height: Int
  private var pixels: [UInt8]

  /// - Throws: `Failure` of kind `usage` for more pixels than a picture may have.
  init(width: Int, height: Int) throws {
    do {
      try Picture.checkSize(width: width, height: height)
    } catch {
      throw Failure(.usage, "the sheet \(error); show fewer records, or at a smaller --zoom")
    }
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 255, count: width * height * 3)
  }

  /// What has been drawn.
  var picture: Picture { Picture(width: width, height: height, channels: 3, pixels: pixels) }

  /// Draws a picture, each pixel as a square of `scale` by `scale`, with its upper left corner at the place given.
  ///
  /// Precondition: it fits.
  mutating func draw(_ picture: Picture, x: Int, y: Int, scale: Int) {
    for row in 0..<picture.height * scale {
      for column in 0..<picture.width * scale {
        let source = (row / scale * picture.width + column / scale) * picture.channels
        let target = ((y + row) * width + x + column) * 3
        for channel in 0..<3 {
          pixels[target + channel] = picture.pixels[source + (picture.channels == 1 ? 0 : channel)]
        }
      }
    }
  }

  /// Writes a line of dark letters from the place given, in the middle of `space` pixels; what does not fit ends in two
  /// dots. Precondition: nine rows of pixels are there.
  mutating func write(_ text: String, x: Int, y: Int, space: Int) {
    var letters = Array(text.unicodeScalars)
    let room = Letters.count(within: space)
    if letters.count > room { letters = Array(letters.prefix(max(0, room - 2)) + "..".unicodeScalars.prefix(room)) }
    let start = x + max(0, (space - letters.count * Letters.advance + 1) / 2)
    for (place, letter) in letters.enumerated() { write(letter, x: start + place * Letters.advance, y: y) }
  }

  private mutating func write(_ letter: Unicode.Scalar, x: Int, y: Int) {
    let y = y + Letters.drop(of: letter)
    for (row, line) in Letters.rows(of: letter).enumerated() {
      for (column, isInk) in line.enumerated() where isInk {
        let target = ((y + row) * width + x + column) * 3
        for channel in 0..<3 { pixels[target + channel] = 40 }
      }
    }
  }
}
