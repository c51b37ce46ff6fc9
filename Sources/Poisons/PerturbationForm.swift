import Formats
import Records

/// What happens to perturbations of another size than the pictures'.
package enum PerturbationFit: String, Sendable, CaseIterable {
  /// The middle of a larger one is taken.
  case crop
  /// It is scaled by an antialiasing filter.
  case resize
  /// A smaller one lies in the middle, with 0 around it.
  case pad
  /// Its middle lies on the picture's: what sticks out is cut, and what it does not reach is 0. Patches are placed so.
  case centre
}

/// How the elements of a perturbation become planes [C, H, W] of a picture's size.
struct PerturbationForm {
  private let channels: Int
  /// Of the perturbation.
  private let height: Int
  private let width: Int
  /// Whether the channels come last.
  private let isInterleaved: Bool
  /// [C, H, W] of the pictures.
  private let target: [Int]
  private let fit: PerturbationFit?

  /// The form of an array's rows.
  ///
  /// - Throws: `Failure` of kind `data` where they do not suit pictures of the shape, or do in two ways.
  init(_ array: ForeignArray, pictures target: [Int], layout: PictureLayout?, fit: PerturbationFit?) throws {
    let row = Array(array.shape.dropFirst())
    // Grey ones need no dimension for their channel.
    let planar = row.count == 2 && target[0] == 1 ? [1] + row : row
    let interleaved = row.count == 3 ? [row[2], row[0], row[1]] : []
    func suits(_ shape: [Int]) -> Bool { shape == target || fit != nil && shape.first == target[0] && shape.count == 3 }
    var ways = [PictureLayout.nchw: planar, .nhwc: interleaved].filter { suits($1) }
    // One that has the size already goes before one that is to be given it.
    if ways.values.contains(target) { ways = ways.filter { $1 == target } }
    if let layout { ways = ways.filter { $0.key == layout } }
    if target[0] == 1, ways.count == 2 { ways[.nhwc] = nil }
    guard ways.count < 2 else {
      throw Failure(
        .data,
        "\(array.name): perturbations of \(Self.words(row)) may have their channels first or last; "
          + "say which with --layout nchw or --layout nhwc")
    }
    guard let (found, shape) = ways.first else { throw Self.misfit(array, row, target, layout: layout, fit) }
    (channels, height, width) = (shape[0], shape[1], shape[2])
    isInterleaved = found == .nhwc
    self.target = target
    self.fit = shape == target ? nil : fit
    let (isSmaller, isLarger) = (height < target[1] || width < target[2], height > target[1] || width > target[2])
    if self.fit == .crop && isSmaller || self.fit == .pad && isLarger {
      throw Failure(
        .data,
        "\(array.name): perturbations of \(height)×\(width) are not \(fit == .crop ? "larger" : "smaller") than pictures "
          + "of \(target[1])×\(target[2]); use --fit \(fit == .crop ? "pad" : "crop"), centre or resize")
    }
  }

  private static func misfit(
    _ array: ForeignArray, _ row: [Int], _ target: [Int], layout: PictureLayout?, _ fit: PerturbationFit?
  ) -> Failure {
    let order = layout.map { " in the order \($0.rawValue)" } ?? ""
    let advice =
      fit == nil && row.contains(target[0])
      ? "; --fit crop, resize, pad or centre makes them fit, or ue-decode --size makes pictures of the size that they have"
      : ""
    return Failure(
      .data,
      "\(array.name): perturbations of \(words(row))\(order) do not suit pictures of \(words(target)) (C×H×W)\(advice)")
  }

  private static func words(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }

  /// The planes of a picture's size.
  func planes(_ values: [Float]) -> [Float] {
    let planes =
      isInterleaved && channels > 1
      ? (0..<channels).flatMap { channel in stride(from: channel, to: values.count, by: channels).map { values[$0] } }
      : values
    switch fit {
    case nil: return planes
    case .resize: return resized(planes)
    case .crop, .pad, .centre: return centred(planes)
    }
  }

  private func centred(_ planes: [Float]) -> [Float] {
    let (top, left) = (target[1] / 2 - height / 2, target[2] / 2 - width / 2)
    var result = [Float](repeating: 0, count: target.reduce(1, *))
    for channel in 0..<channels {
      for row in max(0, top)..<min(target[1], top + height) {
        for column in max(0, left)..<min(target[2], left + width) {
          result[(channel * target[1] + row) * target[2] + column] =
            planes[(channel * height + row - top) * width + column - left]
        }
      }
    }
    return result
  }

  private func resized(_ planes: [Float]) -> [Float] {
    let rows = ResizeTaps.all(from: height, to: target[1])
    let columns = ResizeTaps.all(from: width, to: target[2])
    return (0..<channels).flatMap { channel in
      let across = (0..<height).flatMap { row in columns.map { $0.sum(planes, from: (channel * height + row) * width) }
      }
      return rows.flatMap { taps in
        (0..<target[2]).map { taps.sum(across, from: $0, stride: target[2]) }
      }
    }
  }
}
