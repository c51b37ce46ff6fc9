import CTurboJPEG

/// JPEG files in memory, through libturbojpeg.
package enum JPEG {
  /// How much of the colour's resolution an encoder keeps.
  package enum ColorSampling: Sendable {
    /// A colour sample for every pixel (4:4:4).
    case full
    /// One for two by two pixels (4:2:0), as most programs write.
    case quarter
  }

  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// Decodes a picture to three channels with the accurate inverse transform.
  ///
  /// A file that the library warns of is damaged, unless all of the picture is there: bytes too many before the end mark, and
  /// an end mark that is missing, are told beside the picture.
  package static func decode(_ bytes: [UInt8]) throws -> DecodedPicture {
    let (picture, warning) = try decodeOnce(bytes)
    guard let warning else { return DecodedPicture(picture) }
    if isHarmless(warning) { return DecodedPicture(picture, warning: warning) }
    // Cut behind its last sample a file lacks nothing but its end mark; with one, a part of the picture lacks still.
    guard warning.hasPrefix("Premature end of JPEG") else { throw PictureError("damaged JPEG: \(warning)") }
    let (whole, other) = try decodeOnce(bytes + [0xFF, 0xD9])
    guard other.map(isHarmless) ?? true else { throw PictureError("damaged JPEG: it is cut short") }
    return DecodedPicture(whole, warning: "it lacks its end mark")
  }

  /// Of bytes too many before the end mark (0xd9) everything has been decoded before.
  private static func isHarmless(_ warning: String) -> Bool {
    warning.contains("extraneous bytes before marker 0xd9")
  }

  /// The picture, and the first that the library warns of.
  private static func decodeOnce(_ bytes: [UInt8]) throws -> (Picture, warning: String?) {
    guard let handle = tjInitDecompress() else { throw PictureError("no memory for a JPEG decoder") }
    defer { tjDestroy(handle) }
    guard let size = UInt(exactly: bytes.count) else { throw PictureError("too large for a JPEG") }
    var width: Int32 = 0
    var height: Int32 = 0
    var sampling: Int32 = 0
    var space: Int32 = 0
    try check(handle, tjDecompressHeader3(handle, bytes, size, &width, &height, &sampling, &space))
    let isCMYK = space == TJCS_CMYK.rawValue || space == TJCS_YCCK.rawValue
    try Picture.checkSize(width: Int(width), height: Int(height))
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * (isCMYK ? 4 : 3))
    let format = Int32((isCMYK ? TJPF_CMYK : TJPF_RGB).rawValue)
    let code = tjDecompress2(
      handle, bytes, size, &pixels, width, 0, height, format, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
    let isWarning = code != 0 && tjGetErrorCode(handle) == TJERR_WARNING.rawValue
    if !isWarning { try check(handle, code) }
    let picture = Picture(
      width: Int(width), height: Int(height), channels: 3, pixels: isCMYK ? colors(of: pixels) : pixels)
    return (picture, isWarning ? words(handle) : nil)
  }

  /// The red, green and blue of cyan, magenta, yellow and black as Adobe's programs store them, which is inverted: the
  /// product of each with black, rounded as Pillow does.
  private static func colors(of inks: [UInt8]) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(inks.count / 4 * 3)
    for start in stride(from: 0, to: inks.count, by: 4) {
      let light = Int(inks[start + 3])
      for ink in start..<start + 3 {
        let product = (255 - Int(inks[ink])) * light + 128
        pixels.append(UInt8(clamping: light - (product >> 8 + product) >> 8))
      }
    }
    return pixels
  }

  /// Encodes a grey or colour picture with the accurate transform and the standard tables.
  ///
  /// - Parameters:
  ///   - quality: 1 to 100, on libjpeg's scale.
  ///   - sampling: of the colour channels; a grey picture has none.
  package static func encode(
    _ picture: Picture, quality: Int = 90, sampling: ColorSampling = .quarter
  ) throws -> [UInt8] {
    guard (1...100).contains(quality) else { throw PictureError("JPEG quality \(quality) is not 1 to 100") }
    guard picture.width <= 65535, picture.height <= 65535 else {
      throw PictureError("\(picture.width)×\(picture.height) pixels are too many for a JPEG")
    }
    guard let handle = tjInitCompress() else { throw PictureError("no memory for a JPEG encoder") }
    defer { tjDestroy(handle) }
    let isGray = picture.channels == 1
    let format = Int32(isGray ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue)
    let subsampling = isGray ? TJSAMP_GRAY : sampling == .full ? TJSAMP_444 : TJSAMP_420
    var buffer: UnsafeMutablePointer<UInt8>?
    var count: UInt = 0
    defer { tjFree(buffer) }
    try check(
      handle,
      tjCompress2(
        handle, picture.pixels, Int32(picture.width), 0, Int32(picture.height), format, &buffer, &count,
        Int32(subsampling.rawValue), Int32(quality), TJFLAG_ACCURATEDCT))
    return [UInt8](UnsafeBufferPointer(start: buffer, count: Int(count)))
  }

  private static func check(_ handle: tjhandle, _ code: Int32) throws {
    guard code != 0 else { return }
    throw PictureError("damaged JPEG: \(words(handle))")
  }

  private static func words(_ handle: tjhandle) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown fault"
  }
}
