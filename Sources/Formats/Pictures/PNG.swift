import CSPNG

/// PNG files in memory, through libspng.
package enum PNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Ancillary chunks larger than this, and all of them together, are refused.
  private static let maximumChunk = 1 << 26

  /// Decodes a picture to three channels: see `Picture.decode`.
  package static func decode(_ bytes: [UInt8]) throws -> Picture {
    guard let context = spng_ctx_new(0) else { throw PictureError("no memory for a PNG decoder") }
    defer { spng_ctx_free(context) }
    return try bytes.withUnsafeBytes { buffer in
      try check(spng_set_png_buffer(context, buffer.baseAddress, buffer.count))
      try check(spng_set_chunk_limits(context, maximumChunk, maximumChunk))
      var header = spng_ihdr()
      try check(spng_get_ihdr(context, &header))
      let width = Int(header.width)
      let height = Int(header.height)
      try Picture.checkSize(width: width, height: height)
      let isTransparent = try hasTransparency(context, header)
      let format = isTransparent ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8
      var samples = [UInt8](repeating: 0, count: width * height * (isTransparent ? 4 : 3))
      let flags = isTransparent ? Int32(SPNG_DECODE_TRNS.rawValue) : 0
      try check(spng_decode_image(context, &samples, samples.count, Int32(format.rawValue), flags))
      // What follows the samples must be whole too: a file cut short is damaged even when all its pixels are there.
      try check(spng_decode_chunks(context))
      return isTransparent
        ? Picture(width: width, height: height, overWhite: samples)
        : Picture(width: width, height: height, channels: 3, pixels: samples)
    }
  }

  /// Encodes a grey or colour picture, 8 bits a sample.
  ///
  /// - Parameter level: zlib's, 0 (stored) to 9 (smallest).
  package static func encode(_ picture: Picture, level: Int = 6) throws -> [UInt8] {
    guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else {
      throw PictureError("no memory for a PNG encoder")
    }
    defer { spng_ctx_free(context) }
    try check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1))
    try check(spng_set_option(context, SPNG_IMG_COMPRESSION_LEVEL, Int32(clamping: level)))
    guard let width = UInt32(exactly: picture.width), let height = UInt32(exactly: picture.height) else {
      throw PictureError("\(picture.width)×\(picture.height) pixels are too many for a PNG")
    }
    let colors = picture.channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR
    var header = spng_ihdr(
      width: width, height: height, bit_depth: 8, color_type: UInt8(colors.rawValue),
      compression_method: 0, filter_method: 0, interlace_method: 0)
    try check(spng_set_ihdr(context, &header))
    let flags = Int32(SPNG_ENCODE_FINALIZE.rawValue)
    try check(
      spng_encode_image(
        context, picture.pixels, picture.pixels.count, Int32(SPNG_FMT_PNG.rawValue), flags))
    var count = 0
    var code: Int32 = 0
    guard let buffer = spng_get_png_buffer(context, &count, &code) else { throw failure(code) }
    defer { free(buffer) }
    return [UInt8](UnsafeRawBufferPointer(start: buffer, count: count))
  }

  private static func hasTransparency(_ context: OpaquePointer, _ header: spng_ihdr) throws -> Bool {
    if header.color_type & 4 != 0 { return true }
    var transparency = spng_trns()
    let code = spng_get_trns(context, &transparency)
    if code != Int32(SPNG_ECHUNKAVAIL.rawValue) { try check(code) }
    return code == 0
  }

  private static func check(_ code: Int32) throws {
    if code != 0 { throw failure(code) }
  }

  private static func failure(_ code: Int32) -> PictureError {
    PictureError("damaged PNG: \(String(cString: spng_strerror(code)))")
  }
}
