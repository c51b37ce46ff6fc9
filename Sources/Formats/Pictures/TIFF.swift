#if UE_TIFF
  import CTIFF
  import Glibc

  /// TIFF files in memory, through libtiff.
  enum TIFF {
    /// The bytes of a file, as libtiff asks for them, and what it last complained of.
    private struct Source {
      let bytes: [UInt8]
      var place = 0
      var complaint: String?

      static func of(_ handle: thandle_t?) -> UnsafeMutablePointer<Source>? {
        handle?.assumingMemoryBound(to: Source.self)
      }
    }

    /// Complaints go to the file's own source; warnings are nobody's.
    private static let quietLibrary: Void = {
      TIFFSetErrorHandler(nil)
      TIFFSetWarningHandler(nil)
      TIFFSetErrorHandlerExt { handle, _, format, arguments in
        guard let source = Source.of(handle), let format, let arguments else { return }
        var text = [CChar](repeating: 0, count: 256)
        let count = Int(vsnprintf(&text, text.count, format, arguments))
        source.pointee.complaint = String(
          decoding: text.prefix(min(max(count, 0), text.count - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
    }()

    /// Decodes the first picture of a file, as its samples lie.
    static func decode(_ bytes: [UInt8]) throws -> Picture {
      _ = quietLibrary
      var source = Source(bytes: bytes)
      return try withUnsafeMutablePointer(to: &source) { source in
        guard let file = open(source) else { throw failure(source) }
        defer { TIFFClose(file) }
        return try picture(file, source)
      }
    }

    private static func open(_ source: UnsafeMutablePointer<Source>) -> OpaquePointer? {
      TIFFClientOpen(
        // "m": without a mapping, which there is none of.
        "picture", "rm", source,
        { handle, buffer, count in
          guard let source = Source.of(handle), let buffer else { return 0 }
          let part = source.pointee.bytes.dropFirst(source.pointee.place).prefix(max(0, Int(count)))
          part.withUnsafeBytes { if let start = $0.baseAddress { memcpy(buffer, start, $0.count) } }
          source.pointee.place += part.count
          return tmsize_t(part.count)
        }, { _, _, _ in 0 },
        { handle, offset, whence in
          guard let source = Source.of(handle) else { return 0 }
          let base = whence == SEEK_CUR ? source.pointee.place : whence == SEEK_END ? source.pointee.bytes.count : 0
          let place = base.addingReportingOverflow(Int(truncatingIfNeeded: offset))
          guard !place.overflow, place.partialValue >= 0 else { return toff_t.max }
          source.pointee.place = place.partialValue
          return toff_t(place.partialValue)
        }, { _ in 0 }, { toff_t(Source.of($0)?.pointee.bytes.count ?? 0) }, { _, _, _ in 0 }, { _, _, _ in })
    }

    private static func picture(_ file: OpaquePointer, _ source: UnsafeMutablePointer<Source>) throws -> Picture {
      var words = [CChar](repeating: 0, count: 1024)
      var image = TIFFRGBAImage()
      guard TIFFRGBAImageOK(file, &words) != 0, TIFFRGBAImageBegin(&image, file, 1, &words) != 0 else {
        throw PictureError(
          "damaged TIFF: \(String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))")
      }
      defer { TIFFRGBAImageEnd(&image) }
      guard sampleFormat(file) != UInt16(SAMPLEFORMAT_INT) else {
        throw PictureError("a TIFF file of signed samples, which are no picture's; save them as unsigned ones")
      }
      let (width, height) = (Int(image.width), Int(image.height))
      try Picture.checkSize(width: width, height: height)
      // Asked for as it lies, the library turns nothing.
      image.req_orientation = image.orientation
      var raster = [UInt32](repeating: 0, count: width * height)
      guard TIFFRGBAImageGet(&image, &raster, image.width, image.height) != 0 else { throw failure(source) }
      var pixels: [UInt8] = []
      pixels.reserveCapacity(raster.count * 3)
      let (kind, isGrey) = (extraSample(file), image.photometric <= UInt16(PHOTOMETRIC_MINISBLACK))
      for value in raster {
        // Any fourth sample comes as alpha, and need not be. By what is, the library has multiplied colours, and grey not.
        let alpha = kind == UInt16(EXTRASAMPLE_UNSPECIFIED) ? 255 : value >> 24
        let share = isGrey && kind == UInt16(EXTRASAMPLE_UNASSALPHA) ? alpha : 255
        for shift in [0, 8, 16] as [UInt32] {
          pixels.append(UInt8(min(255, ((value >> shift & 255) * share + 127) / 255 + 255 - alpha)))
        }
      }
      return Picture(width: width, height: height, channels: 3, pixels: pixels)
    }

    /// What the first sample behind the colours is; unspecified where there is none.
    private static func extraSample(_ file: OpaquePointer) -> UInt16 {
      var (count, kinds): (UInt16, UnsafeMutablePointer<UInt16>?) = (0, nil)
      let isThere = withUnsafeMutablePointer(to: &count) { count in
        withUnsafeMutablePointer(to: &kinds) { kinds in
          withVaList([count, kinds]) { TIFFVGetField(file, UInt32(TIFFTAG_EXTRASAMPLES), $0) }
        }
      }
      return isThere != 0 && count > 0 ? kinds?[0] ?? 0 : UInt16(EXTRASAMPLE_UNSPECIFIED)
    }

    /// What the bits of a sample mean; unsigned numbers where the file does not say.
    private static func sampleFormat(_ file: OpaquePointer) -> UInt16 {
      var format = UInt16(SAMPLEFORMAT_UINT)
      _ = withUnsafeMutablePointer(to: &format) { format in
        withVaList([format]) { TIFFVGetField(file, UInt32(TIFFTAG_SAMPLEFORMAT), $0) }
      }
      return format
    }

    private static func failure(_ source: UnsafeMutablePointer<Source>) -> PictureError {
      PictureError("damaged TIFF: \(source.pointee.complaint ?? "it cannot be decoded")")
    }
  }
#else
  /// TIFF files, in a build without their library.
  enum TIFF {
    /// Says what is missing.
    static func decode(_ bytes: [UInt8]) throws -> Picture { throw PictureError(lackingLibraryOf: .tiff) }
  }
#endif
