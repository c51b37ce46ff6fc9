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

  /// Decodes a picture to three channels with the accurate inverse transform; a CMYK file is refused, and so is one
  /// that the library warns of, such as a file cut short.
  package static func decode(_ bytes: [UInt8]) throws -> Picture {
    guard let handle = tjInitDecompress() else { throw PictureError("no memory for a JPEG decoder") }
    defer { tjDestroy(handle) }
    guard let size = UInt(exactly: bytes.count) else { throw PictureError("too large for a JPEG") }
    var width: Int32 = 0
    var height: Int32 = 0
    var sampling: Int32 = 0
    var space: Int32 = 0
    try check(handle, tjDecompressHeader3(handle, bytes, size, &width, &height, &sampling, &space))
    guard space != TJCS_CMYK.rawValue, space != TJCS_YCCK.rawValue else {
      throw PictureError("a CMYK JPEG; convert it to RGB first")
    }
    try Picture.checkSize(width: Int(width), height: Int(height))
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * 3)
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    let format = Int32(TJPF_RGB.rawValue)
    try check(handle, tjDecompress2(handle, bytes, size, &pixels, width, 0, height, format, flags))
    return Picture(width: Int(width), height: Int(height), channels: 3, pixels: pixels)
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
    let words = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown fault"
    throw PictureError("damaged JPEG: \(words)")
  }
}
