import Records

/// Where an array of pictures has its channels.
package enum PictureLayout: String, Sendable, CaseIterable {
  /// Channels, rows, columns.
  case nchw
  /// Rows, columns, channels.
  case nhwc
}

/// The pictures in an array's rows, and their way into planes.
struct PictureRows {
  let channels: Int
  let height: Int
  let width: Int
  private let isInterleaved: Bool

  var shape: [Int] { [channels, height, width] }

  /// The layout told, or else the one that has 1 or 3 channels; three dimensions are grey pictures.
  ///
  /// - Throws: `Failure` (data) when both or neither could be, naming `--layout`, or when the told one has other
  ///   than 1 or 3 channels.
  init(_ array: ArrayFile, layout: PictureLayout?) throws {
    let shape = array.shape
    guard shape.count == 3 || shape.count == 4 else {
      throw Failure(
        .data, "\(array.name): an array of \(array.shapeWords) holds no pictures; N×H×W, N×C×H×W or N×H×W×C does")
    }
    let isInterleaved = try shape.count == 4 && Self.layout(of: array, told: layout) == .nhwc
    self.isInterleaved = isInterleaved
    let sides = isInterleaved ? [3, 1, 2] : shape.count == 4 ? [1, 2, 3] : []
    channels = sides.isEmpty ? 1 : shape[sides[0]]
    height = sides.isEmpty ? shape[1] : shape[sides[1]]
    width = sides.isEmpty ? shape[2] : shape[sides[2]]
    do {
      try Picture.checkSize(width: width, height: height)
    } catch {
      throw Failure(.data, "\(array.name): \(error)")
    }
  }

  /// One row's samples in planes.
  func planes<Sample>(_ samples: ArraySlice<Sample>) -> ArraySlice<Sample> {
    guard isInterleaved, channels > 1 else { return samples }
    var planes: [Sample] = []
    planes.reserveCapacity(samples.count)
    for channel in 0..<channels {
      for place in stride(from: samples.startIndex + channel, to: samples.endIndex, by: channels) {
        planes.append(samples[place])
      }
    }
    return planes[...]
  }

  private static func layout(of array: ArrayFile, told: PictureLayout?) throws -> PictureLayout {
    let isPlanar = [1, 3].contains(array.shape[1])
    let isInterleaved = [1, 3].contains(array.shape[3])
    if let told {
      guard told == .nchw ? isPlanar : isInterleaved else {
        throw Failure(
          .data, "\(array.name): an array of \(array.shapeWords) read as \(told.rawValue) does not have 1 or 3 channels"
        )
      }
      return told
    }
    guard isPlanar || isInterleaved else {
      throw Failure(
        .data,
        "\(array.name): in an array of \(array.shapeWords) neither the second nor the last dimension is 1 or 3, "
          + "the numbers of channels that are read")
    }
    guard isPlanar != isInterleaved else {
      throw Failure(
        .data,
        "\(array.name): an array of \(array.shapeWords) may have its channels second or last; "
          + "say which with --layout nchw or --layout nhwc")
    }
    return isPlanar ? .nchw : .nhwc
  }
}
