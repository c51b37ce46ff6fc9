import CSPNG
import Formats
import Testing

/// Samples without a pattern that a codec could favour.
private func samples(_ count: Int, seed: UInt32 = 7) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(state >> 24)
  }
}

@Suite struct PictureTests {
  @Test(arguments: [1, 3]) func pngKeepsEverySample(channels: Int) throws {
    let picture = Picture(width: 13, height: 7, channels: channels, pixels: samples(13 * 7 * channels))
    let back = try Picture(decoding: PNG.encode(picture))
    #expect(back.width == 13 && back.height == 7 && back.channels == 3)
    #expect(back.pixels == (channels == 3 ? picture.pixels : picture.pixels.flatMap { [$0, $0, $0] }))
  }

  @Test func planesAreRedGreenBlue() {
    let picture = Picture(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    #expect(picture.planes == [1, 4, 2, 5, 3, 6])
  }

  @Test func transparencyIsLaidOverWhite() throws {
    let rgba: [UInt8] = [10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 200, 128]
    let png = try encode(rgba, width: 3, depth: 8, color: SPNG_COLOR_TYPE_TRUECOLOR_ALPHA)
    #expect(try Picture(decoding: png).pixels == [10, 20, 30, 255, 255, 255, 127, 177, 227])
  }

  @Test func sixteenBitsKeepTheHighByte() throws {
    // Host order: 0x1234 and 0xFEDC, grey.
    let png = try encode([0x34, 0x12, 0xDC, 0xFE], width: 2, depth: 16, color: SPNG_COLOR_TYPE_GRAYSCALE)
    #expect(try Picture(decoding: png).pixels == [0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE])
  }

  @Test func palettesAreLookedUp() throws {
    let png = try encode([1, 0, 1], width: 3, depth: 8, color: SPNG_COLOR_TYPE_INDEXED)
    #expect(try Picture(decoding: png).pixels == [40, 50, 60, 10, 20, 30, 40, 50, 60])
  }

  @Test func everyTruncationOfAPNGIsAnError() throws {
    let png = try PNG.encode(Picture(width: 9, height: 9, channels: 3, pixels: samples(243)))
    // libspng leaves the last four bytes, the checksum of an empty chunk, unread.
    for count in 0..<png.count - 4 {
      #expect(throws: PictureError.self) { try Picture(decoding: Array(png[..<count])) }
    }
  }

  @Test func everyFlippedByteOfAPNGsSamplesIsAnError() throws {
    let png = try PNG.encode(Picture(width: 4, height: 4, channels: 3, pixels: samples(48)))
    for place in png.indices.dropLast(12) {
      var damaged = png
      damaged[place] ^= 0x10
      #expect(throws: PictureError.self, "byte \(place)") { try Picture(decoding: damaged) }
    }
  }

  @Test func hugeClaimsAreRefusedBeforeAllocating() throws {
    #expect(throws: PictureError.self) { try Picture.checkSize(width: 1 << 20, height: 1 << 20) }
    #expect(throws: PictureError.self) { try Picture.checkSize(width: .max, height: 2) }
    #expect(throws: PictureError.self) { try Picture.checkSize(width: 0, height: 5) }
    #expect(throws: PictureError.self) { try Picture.checkSize(width: 1 << 13 + 1, height: 1 << 13) }
    try Picture.checkSize(width: 1 << 13, height: 1 << 13)
  }

  @Test(arguments: [1, 3]) func jpegComesNear(channels: Int) throws {
    let pixels = (0..<48 * 32 * channels).map { UInt8($0 / channels % 48 * 4 + 20) }
    let picture = Picture(width: 48, height: 32, channels: channels, pixels: pixels)
    let back = try Picture(decoding: JPEG.encode(picture, quality: 95, sampling: .full))
    #expect(back.width == 48 && back.height == 32 && back.channels == 3)
    let expected = channels == 3 ? pixels : pixels.flatMap { [$0, $0, $0] }
    let worst = zip(back.pixels, expected).map { abs(Int($0) - Int($1)) }.max() ?? 255
    #expect(worst <= 6)
  }

  @Test func jpegQualityOutsideItsRangeIsRefused() {
    let picture = Picture(width: 1, height: 1, channels: 1, pixels: [0])
    #expect(throws: PictureError.self) { try JPEG.encode(picture, quality: 0) }
    #expect(throws: PictureError.self) { try JPEG.encode(picture, quality: 101) }
  }

  @Test func truncatedJPEGIsAnError() throws {
    let jpeg = try JPEG.encode(Picture(width: 40, height: 40, channels: 3, pixels: samples(4800)))
    for count in stride(from: 0, to: jpeg.count - 4, by: 37) {
      #expect(throws: PictureError.self) { try Picture(decoding: Array(jpeg[..<count])) }
    }
  }

  /// A PNG of one row in a form the library's own encoder does not write.
  private func encode(_ row: [UInt8], width: UInt32, depth: UInt8, color: spng_color_type) throws -> [UInt8] {
    let context = try #require(spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)))
    defer { spng_ctx_free(context) }
    spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1)
    var header = spng_ihdr(
      width: width, height: 1, bit_depth: depth, color_type: UInt8(color.rawValue), compression_method: 0,
      filter_method: 0, interlace_method: 0)
    #expect(spng_set_ihdr(context, &header) == 0)
    if color == SPNG_COLOR_TYPE_INDEXED {
      var palette = spng_plte()
      palette.n_entries = 2
      palette.entries.0 = spng_plte_entry(red: 10, green: 20, blue: 30, alpha: 255)
      palette.entries.1 = spng_plte_entry(red: 40, green: 50, blue: 60, alpha: 255)
      #expect(spng_set_plte(context, &palette) == 0)
    }
    let finalize = Int32(SPNG_ENCODE_FINALIZE.rawValue)
    #expect(spng_encode_image(context, row, row.count, Int32(SPNG_FMT_PNG.rawValue), finalize) == 0)
    var count = 0
    var code: Int32 = 0
    let buffer = try #require(spng_get_png_buffer(context, &count, &code))
    defer { free(buffer) }
    return [UInt8](UnsafeRawBufferPointer(start: buffer, count: count))
  }
}
