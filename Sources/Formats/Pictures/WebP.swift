#if UE_WEBP
  import CWebP

  /// WebP files in memory, through libwebp.
  enum WebP {
    /// Decodes a picture; an animation is refused.
    static func decode(_ bytes: [UInt8]) throws -> Picture {
      var features = WebPBitstreamFeatures()
      guard WebPGetFeatures(bytes, bytes.count, &features) == VP8_STATUS_OK else {
        throw PictureError("damaged WebP: its header cannot be read")
      }
      guard features.has_animation == 0 else {
        throw PictureError("an animated WebP, of which no single picture is read")
      }
      let (width, height) = (Int(features.width), Int(features.height))
      try Picture.checkSize(width: width, height: height)
      let isTransparent = features.has_alpha != 0
      let stride = width * (isTransparent ? 4 : 3)
      var samples = [UInt8](repeating: 0, count: stride * height)
      let decoded =
        isTransparent
        ? WebPDecodeRGBAInto(bytes, bytes.count, &samples, samples.count, Int32(stride))
        : WebPDecodeRGBInto(bytes, bytes.count, &samples, samples.count, Int32(stride))
      guard decoded != nil else { throw PictureError("damaged WebP: it is cut short or its data cannot be decoded") }
      return isTransparent
        ? Picture(width: width, height: height, overWhite: samples)
        : Picture(width: width, height: height, channels: 3, pixels: samples)
    }
  }
#else
  /// WebP files, in a build without their library.
  enum WebP {
    /// Says what is missing.
    static func decode(_ bytes: [UInt8]) throws -> Picture { throw PictureError(lackingLibraryOf: .webp) }
  }
#endif
