import Formats
import Records

/// One picture among those of a record: a column of a stream.
struct SheetCell {
  /// The number of its stream.
  let stream: Int
  /// What is shown of it.
  let column: String

  /// What is no column: how far a stream's picture lies from the first stream's.
  static let difference = "difference"

  /// The pictures that are shown of each record.
  ///
  /// - Parameters:
  ///   - heads: the streams' columns, without records.
  ///   - chosen: names of columns, shown where a stream has them; nil for `image`, and `perturbation` where there is one.
  /// - Throws: `Failure` of kind `data` for a column that no stream has, or that holds no pictures.
  static func all(of heads: [ImageBatch], chosen: [String]?) throws -> [SheetCell] {
    let names = chosen ?? ["image", "perturbation"]
    let cells = heads.enumerated().flatMap { stream, head in
      names.filter { name in
        name == difference && chosen != nil ? stream > 0 : head.columns[name] != nil
      }.map { SheetCell(stream: stream, column: $0) }
    }
    for name in chosen ?? ["image"] where !cells.contains(where: { $0.column == name }) {
      throw Failure(
        .data,
        name == difference
          ? "a difference needs a second stream" : "no stream has the column \(name.quoted), which is to be shown")
    }
    for cell in cells where cell.column != difference {
      guard let column = heads[cell.stream].columns[cell.column], column.isPicture, [1, 3].contains(column.shape[1])
      else { throw Failure(.data, "the column \(cell.column.quoted) holds no pictures") }
    }
    return cells
  }

  /// The picture of a record, given as a batch of one from each stream.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, where values are out of their range.
  func picture(_ records: [ImageBatch], _ stretch: Stretch) throws -> Picture {
    if column == Self.difference {
      let (x, first) = (records[stream].image, records[0].image)
      guard let x, let first, x.shape == first.shape else {
        throw Failure(.data, "a difference needs pictures of one shape in both streams")
      }
      return try Self.picture(zip(x.unitValues, first.unitValues).map { $0 - $1 }, x.recordShape, stretch)
    }
    guard let shown = records[stream].columns[column] else {
      throw Failure(.data, "the column \(column.quoted) is missing")
    }
    guard shown.shape.count == 4, [1, 3].contains(shown.shape[1]), !shown.bytes.isEmpty else {
      throw Failure(.data, "the column \(column.quoted) holds no pictures")
    }
    if shown.type == .u8 { return Self.picture(shown.bytes, shown.recordShape) }
    if column != "image" { return try Self.picture(shown.floats, shown.recordShape, stretch) }
    if let fault = shown.pictureFault { throw Failure(.data, fault.words) }
    return Self.picture(shown.levels, shown.recordShape)
  }

  private static func picture(_ values: [Float], _ shape: [Int], _ stretch: Stretch) throws -> Picture {
    if let value = values.first(where: { !$0.isFinite }) {
      throw Failure(.data, "a value is \(value), which cannot be shown")
    }
    return picture(stretch.samples(values), shape)
  }

  private static func picture(_ samples: [UInt8], _ shape: [Int]) -> Picture {
    Picture(planes: samples[...], channels: shape[0], height: shape[1], width: shape[2])
  }
}

/// How signed values become visible.
package enum Stretch: Sendable, Equatable {
  /// The lowest value of a picture is black and the highest white, as in PAPER's Figure 1; grey where all are equal.
  case range
  /// Zero is grey, and everything is so many times as strong, the same for all pictures: 0.5 + gain · p, as in PAPER's
  /// Figure 4. What lies beyond black and white is black and white.
  case gain(Float)

  /// The samples that values are shown as. Precondition: they are finite.
  func samples(_ values: [Float]) -> [UInt8] {
    switch self {
    case .range:
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      // Half of each, since the difference of two large values may be too large.
      let half = high / 2 - low / 2
      return values.map { half > 0 ? UInt8((($0 / 2 - low / 2) / half * 255).rounded()) : 128 }
    case .gain(let gain):
      return values.map { UInt8(min(max((0.5 + gain * $0) * 255, 0), 255).rounded()) }
    }
  }
}
