import CTurboJPEG
import Records

/// BMP files, through libturbojpeg's own reader: 8, 24 and 32 bits a pixel, not packed.
enum BMP {
  /// Decodes a picture. The library reads files alone, so that the bytes lie in a temporary one (`TMPDIR`) meanwhile.
  static func decode(_ bytes: [UInt8]) throws -> Picture {
    func number(at place: Int) -> Int { bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) } }
    guard bytes.count >= 30 else { throw PictureError("damaged BMP: its header is cut short") }
    // The oldest form of header has sizes of two bytes.
    let isOld = number(at: 14) == 12
    let size = isOld ? (number(at: 18) & 0xFFFF, number(at: 18) >> 16) : (number(at: 18), number(at: 22))
    // A negative height tells of rows from the top, which the library does not know: they are turned here.
    let isFromTop = !isOld && size.1 >= 1 << 31
    let rows = isFromTop ? (1 << 32) - size.1 : size.1
    try Picture.checkSize(width: size.0, height: rows)
    let file = try SpoolFile()
    var turned = bytes
    if isFromTop { for place in 0..<4 { turned[22 + place] = UInt8(truncatingIfNeeded: rows >> (8 * place)) } }
    try file.append(turned)
    var (width, height, format): (Int32, Int32, Int32) = (0, 0, Int32(TJPF_RGB.rawValue))
    guard let samples = tjLoadImage(file.path, &width, 1, &height, &format, isFromTop ? TJFLAG_BOTTOMUP : 0) else {
      throw PictureError("BMP: \(tjGetErrorStr().map { String(cString: $0) } ?? "it cannot be decoded")")
    }
    defer { tjFree(samples) }
    let count = Int(width) * Int(height) * 3
    return Picture(
      width: Int(width), height: Int(height), channels: 3,
      pixels: [UInt8](UnsafeBufferPointer(start: samples, count: count)))
  }
}
