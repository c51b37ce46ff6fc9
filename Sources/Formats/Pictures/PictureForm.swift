/// The forms of picture files.
package enum PictureForm: String, CaseIterable {
  case png, jpeg, webp, bmp, gif, tiff

  /// What `ImageFolder` takes for a picture; it reads no GIF, and Netpbm's forms too.
  static let imageFolderEndings: Set = ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"]

  /// The form's name in words.
  var title: String {
    switch self {
    case .webp: "WebP"
    default: rawValue.uppercased()
    }
  }

  /// The library that a build without it lacks; nil where every build has it.
  var library: String? {
    switch self {
    case .png, .jpeg, .bmp: nil
    case .webp: "libwebp"
    case .gif: "giflib"
    case .tiff: "libtiff"
    }
  }

  /// What follows the last dot of a name, in small letters; empty where there is none.
  static func ending(of name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    guard let dot = last.unicodeScalars.lastIndex(of: ".") else { return "" }
    return last[last.unicodeScalars.index(after: dot)...].lowercased()
  }

  /// The form that a file's name promises by its ending.
  init?(named name: String) {
    switch Self.ending(of: name) {
    case "jpg": self = .jpeg
    case "tif": self = .tiff
    case let ending: self.init(rawValue: ending)
    }
  }

  /// The form that a file's first bytes tell.
  init?(signature bytes: [UInt8]) {
    func begins(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
    switch true {
    case bytes.starts(with: PNG.signature): self = .png
    case bytes.starts(with: JPEG.signature): self = .jpeg
    case begins("RIFF") && begins("WEBP", at: 8): self = .webp
    case begins("BM"): self = .bmp
    case begins("GIF87a") || begins("GIF89a"): self = .gif
    case begins("II*\0") || begins("MM\0*"): self = .tiff
    default: return nil
    }
  }
}

/// A picture as a file gave it.
package struct DecodedPicture: Sendable {
  /// The picture.
  package let picture: Picture
  /// What is wrong with the file, where all of the picture is there all the same.
  package let warning: String?

  init(_ picture: Picture, warning: String? = nil) { (self.picture, self.warning) = (picture, warning) }
}

extension Picture {
  /// Reads a picture file's bytes, whose form is told by the first of them, as red, green and blue.
  ///
  /// Grey becomes three equal channels. Transparent pictures are laid over white. 16-bit samples keep their high byte. Of
  /// several pictures in a file the first is read. CMYK becomes RGB as in Pillow. Orientation tags and colour profiles are
  /// not applied.
  ///
  /// - Throws: `PictureError` when the bytes are of no known form, or of one that this build does not read, are damaged or
  ///   cut short.
  package static func decode(_ bytes: [UInt8]) throws -> DecodedPicture {
    guard !bytes.isEmpty else { throw PictureError("the file is empty") }
    guard let form = PictureForm(signature: bytes) else {
      throw PictureError("neither PNG nor JPEG, WebP, BMP, GIF or TIFF, by its first bytes")
    }
    switch form {
    case .png: return DecodedPicture(try PNG.decode(bytes))
    case .jpeg: return try JPEG.decode(bytes)
    case .bmp: return DecodedPicture(try BMP.decode(bytes))
    case .webp: return DecodedPicture(try WebP.decode(bytes))
    case .gif: return DecodedPicture(try GIF.decode(bytes))
    case .tiff: return DecodedPicture(try TIFF.decode(bytes))
    }
  }

  /// The picture in a file's bytes: see `decode`.
  package init(decoding bytes: [UInt8]) throws { self = try Self.decode(bytes).picture }

  /// A picture of red, green, blue and alpha laid over white, rounding to the nearest.
  init(width: Int, height: Int, overWhite samples: [UInt8]) {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(samples.count / 4 * 3)
    for start in stride(from: 0, to: samples.count, by: 4) {
      let alpha = Int(samples[start + 3])
      for channel in 0..<3 {
        pixels.append(UInt8((Int(samples[start + channel]) * alpha + 255 * (255 - alpha) + 127) / 255))
      }
    }
    self.init(width: width, height: height, channels: 3, pixels: pixels)
  }
}
