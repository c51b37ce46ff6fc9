import CTurboJPEG
import Records

/// BMP files, through libturbojpeg's own reader: 8, 24 and 32 bits a pixel, not packed.
enum BMP {
  /// Decodes a picture. The library reads files alone, so that the bytes lie in a temporary one (`TMPDIR`) meanwhile.
  static func decode(_ bytes: [UInt8]) throws -> Picture {
    guard bytes.count >= 30 else { throw PictureError("damaged BMP: its header is cut short") }
    let plain = try BMPHeader(bytes)
    try Picture.checkSize(width: plain.width, height: plain.height)
    let file = try SpoolFile()
    try file.append(plain.header)
    try file.append(Array(bytes[plain.start...]))
    var (width, height, format): (Int32, Int32, Int32) = (0, 0, Int32(TJPF_RGB.rawValue))
    guard let samples = tjLoadImage(file.path, &width, 1, &height, &format, plain.isFromTop ? TJFLAG_BOTTOMUP : 0) else {
      throw PictureError("BMP: \(tjGetErrorStr().map { String(cString: $0) } ?? "it cannot be decoded")")
    }
    defer { tjFree(samples) }
    let pixels = [UInt8](UnsafeBufferPointer(start: samples, count: Int(width) * Int(height) * 3))
    guard plain.hasAlpha, bytes.count - plain.start >= 4 * Int(width) * Int(height) else {
      return Picture(width: Int(width), height: Int(height), channels: 3, pixels: pixels)
    }
    return Picture(width: Int(width), height: Int(height), overWhite: plain.withAlpha(pixels, of: bytes))
  }
}

/// What stands before the pixels of a BMP, brought to a form that libturbojpeg's reader knows.
private struct BMPHeader {
  let width: Int
  let height: Int
  /// Whether the first row is the upper one: a negative height says so, which the library does not know.
  let isFromTop: Bool
  /// Whether the fourth byte of a pixel is its opacity.
  let hasAlpha: Bool
  /// The file's and the picture's header, and the palette.
  private(set) var header: [UInt8]
  /// Where the pixels begin in the file.
  let start: Int

  /// Where the header of the picture begins, and where the masks of its channels are.
  private static let (first, masks) = (14, 54)
  /// The newer forms, which go on behind the 40 bytes that most files have.
  private static let longHeaders = [52, 56, 108, 124]

  init(_ bytes: [UInt8]) throws {
    func number(at place: Int, _ width: Int = 4) -> Int {
      bytes[place..<place + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let length = number(at: Self.first)
    // The oldest form of header has sizes of two bytes.
    let isOld = length == 12
    let size = isOld ? (number(at: 18, 2), number(at: 20, 2)) : (number(at: 18), number(at: 22))
    isFromTop = !isOld && size.1 >= 1 << 31
    (width, height) = (size.0, isFromTop ? (1 << 32) - size.1 : size.1)
    start = min(bytes.count, max(number(at: 10), Self.first))
    header = Array(bytes[..<start])
    let isLong = Self.longHeaders.contains(length)
    // Colours by masks, of which those that say what 32 bits are anyway are known.
    let bitFields = 3
    let hasMasks = !isOld && bytes.count >= Self.masks + 12 && number(at: 30) == bitFields
    hasAlpha = hasMasks && length >= 56 && bytes.count >= Self.masks + 16 && number(at: Self.masks + 12) == 0xFF00_0000
    if isLong || hasMasks {
      guard start >= Self.first + length, length >= 40 else { throw PictureError("damaged BMP: its header is cut short") }
      if hasMasks {
        let expected = [0x00FF_0000, 0x0000_FF00, 0x0000_00FF]
        guard number(at: 28, 2) == 32, (0..<3).allSatisfy({ number(at: Self.masks + 4 * $0) == expected[$0] }) else {
          throw PictureError("BMP: its colours have masks of their own; save it with 24 bits a pixel")
        }
        set(30, to: 0)
      }
      // What is left is the first 40 bytes, and the palette that may stand behind all of them.
      let palette = hasMasks ? start : Self.first + length
      header = Array(header[..<Self.masks] + header[palette...])
      set(Self.first, to: 40)
    }
    set(10, to: header.count)
    if isFromTop { set(22, to: height) }
  }

  private mutating func set(_ place: Int, to number: Int) {
    guard place + 4 <= header.count else { return }
    for byte in 0..<4 { header[place + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
  }

  /// Red, green and blue with the opacity behind them, which is none of a picture where it is 0 throughout. Precondition: the
  /// file holds all of its pixels.
  func withAlpha(_ pixels: [UInt8], of bytes: [UInt8]) -> [UInt8] {
    let opacity = (0..<width * height).map { place in
      let row = isFromTop ? place / width : height - 1 - place / width
      return bytes[start + 4 * (row * width + place % width) + 3]
    }
    let isVoid = opacity.allSatisfy { $0 == 0 }
    return opacity.indices.flatMap { pixels[3 * $0..<3 * $0 + 3] + [isVoid ? 255 : opacity[$0]] }
  }
}
