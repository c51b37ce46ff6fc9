#if UE_GIF
  import CGIF

  /// GIF files in memory, through giflib.
  enum GIF {
    /// Where the lines of an interlaced picture begin, and how far they lie apart, pass by pass.
    private static let passes: [(first: Int, step: Int)] = [(0, 8), (4, 8), (2, 4), (1, 2)]

    /// The bytes of a file, as giflib asks for them.
    private struct Source {
      let bytes: [UInt8]
      var place = 0
    }

    /// Decodes the first picture of a file; what it leaves free of the screen is white.
    static func decode(_ bytes: [UInt8]) throws -> Picture {
      var source = Source(bytes: bytes)
      return try withUnsafeMutablePointer(to: &source) { source in
        var code: Int32 = 0
        let file = DGifOpen(
          source,
          { file, buffer, count in
            guard let buffer, let source = file?.pointee.UserData?.assumingMemoryBound(to: Source.self) else {
              return 0
            }
            let part = source.pointee.bytes.dropFirst(source.pointee.place).prefix(Int(count))
            for (index, byte) in part.enumerated() { buffer[index] = byte }
            source.pointee.place += part.count
            return Int32(part.count)
          }, &code)
        guard let file else { throw failure(code) }
        defer { DGifCloseFile(file, nil) }
        return try firstPicture(file)
      }
    }

    private static func firstPicture(_ file: UnsafeMutablePointer<GifFileType>) throws -> Picture {
      var transparent: Int32 = -1
      while true {
        var type = UNDEFINED_RECORD_TYPE
        try check(DGifGetRecordType(file, &type), file)
        switch type {
        case IMAGE_DESC_RECORD_TYPE: return try picture(file, transparent)
        case EXTENSION_RECORD_TYPE: transparent = try transparency(file) ?? transparent
        default: throw PictureError("a GIF without a picture")
        }
      }
    }

    /// The colour that an extension declares transparent, where it is of that kind.
    private static func transparency(_ file: UnsafeMutablePointer<GifFileType>) throws -> Int32? {
      var code: Int32 = 0
      var block: UnsafeMutablePointer<GifByteType>?
      var found: Int32?
      try check(DGifGetExtension(file, &code, &block), file)
      while let content = block {
        var control = GraphicsControlBlock()
        if code == GRAPHICS_EXT_FUNC_CODE, DGifExtensionToGCB(Int(content[0]), content + 1, &control) != 0 {
          found = control.TransparentColor
        }
        try check(DGifGetExtensionNext(file, &block), file)
      }
      return found
    }

    private static func picture(
      _ file: UnsafeMutablePointer<GifFileType>, _ transparent: Int32
    ) throws -> Picture {
      try check(DGifGetImageDesc(file), file)
      let frame = file.pointee.Image
      let (width, height) = (Int(file.pointee.SWidth), Int(file.pointee.SHeight))
      try Picture.checkSize(width: width, height: height)
      try Picture.checkSize(width: Int(frame.Width), height: Int(frame.Height))
      guard let map = frame.ColorMap ?? file.pointee.SColorMap, let colors = map.pointee.Colors else {
        throw PictureError("a GIF without colours")
      }
      var pixels = [UInt8](repeating: 255, count: width * height * 3)
      var line = [UInt8](repeating: 0, count: Int(frame.Width))
      let lines =
        frame.Interlace
        ? passes.flatMap { Array(stride(from: $0.first, to: Int(frame.Height), by: $0.step)) }
        : Array(0..<Int(frame.Height))
      for row in lines {
        try check(DGifGetLine(file, &line, frame.Width), file)
        let y = row + Int(frame.Top)
        guard y < height else { continue }
        for (column, index) in line.enumerated() where column + Int(frame.Left) < width && Int32(index) != transparent {
          guard Int32(index) < map.pointee.ColorCount else {
            throw PictureError("damaged GIF: a colour that it does not have")
          }
          let (color, place) = (colors[Int(index)], (y * width + column + Int(frame.Left)) * 3)
          (pixels[place], pixels[place + 1], pixels[place + 2]) = (color.Red, color.Green, color.Blue)
        }
      }
      return Picture(width: width, height: height, channels: 3, pixels: pixels)
    }

    private static func check(_ result: Int32, _ file: UnsafeMutablePointer<GifFileType>) throws {
      guard result != 0 else { throw failure(file.pointee.Error) }
    }

    private static func failure(_ code: Int32) -> PictureError {
      PictureError("damaged GIF: \(GifErrorString(code).map { String(cString: $0) } ?? "code \(code)")")
    }
  }
#else
  /// GIF files, in a build without their library.
  enum GIF {
    /// Says what is missing.
    static func decode(_ bytes: [UInt8]) throws -> Picture { throw PictureError(lackingLibraryOf: .gif) }
  }
#endif
