/// A picture of 8-bit samples: rows from the top, pixels from the left, channels interleaved.
package struct Picture: Sendable, Equatable {
  /// Pictures whose header claims more pixels than this are refused before memory is asked for: a few kilobytes may
  /// unpack to that many. Decoding takes 6 bytes a pixel.
  package static let maximumPixels = 1 << 26

  /// Pixels of a row.
  package let width: Int
  /// Rows of pixels.
  package let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  package let channels: Int
  /// `height` × `width` × `channels` samples, 0...255.
  package let pixels: [UInt8]

  /// Precondition: `pixels` holds `height` × `width` × `channels` samples, and `channels` is 1 or 3.
  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(channels == 1 || channels == 3, "a picture has 1 or 3 channels")
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * channels, "samples do not fill the picture")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// A picture of samples in planes, each row by row. Precondition: they fill it, and there are 1 or 3 channels.
  package init(planes: ArraySlice<UInt8>, channels: Int, height: Int, width: Int) {
    let area = height * width
    precondition(planes.count == channels * area, "samples do not fill the planes")
    var pixels: [UInt8] = []
    pixels.reserveCapacity(planes.count)
    for place in planes.startIndex..<planes.startIndex + area {
      for channel in 0..<channels { pixels.append(planes[place + channel * area]) }
    }
    self.init(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// Three planes, red, green, blue, row by row: the order of a record's `image` column.
  package var planes: [UInt8] {
    guard channels > 1 else { return pixels }
    let area = width * height
    var planes = [UInt8](repeating: 0, count: pixels.count)
    var source = 0
    for place in 0..<area {
      planes[place] = pixels[source]
      planes[place + area] = pixels[source + 1]
      planes[place + 2 * area] = pixels[source + 2]
      source += 3
    }
    return planes
  }

  /// Checks a header's claim against `maximumPixels`.
  package static func checkSize(width: Int, height: Int) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, area <= maximumPixels else {
      throw PictureError("claims \(width)×\(height) pixels; at most \(maximumPixels) are read")
    }
  }
}

/// Why a picture could not be read or written, in words that follow the file's name.
package struct PictureError: Error, CustomStringConvertible, Equatable {
  package let description: String
  /// The form for which this build lacks a library, where that is why.
  let missing: PictureForm?

  init(_ description: String) { (self.description, missing) = (description, nil) }

  /// The picture is of a form for which this build lacks a library.
  init(lackingLibraryOf form: PictureForm) {
    description = "a \(form.title) picture, and this build lacks \(form.library ?? "what reads it")"
    missing = form
  }
}
