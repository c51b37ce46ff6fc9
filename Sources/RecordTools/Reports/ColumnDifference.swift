import Records

#if canImport(Glibc)
  import Glibc
#endif

/// How far a column of one stream lies from that of another.
///
/// Columns of pictures are measured on the unit scale: U8 is divided by 255, F32 taken as it is. Of any other column only
/// the records that differ are counted.
package struct ColumnDifference: Sendable, Equatable {
  /// Records compared.
  package private(set) var records = 0
  /// Records whose values are not all equal.
  package private(set) var differing = 0
  /// Whether the column holds pictures, so that the figures below mean something.
  package let isPicture: Bool

  private var elements = 0
  private var squaredError = 0.0
  private var distances = 0.0
  private var peaks = 0.0
  private var ratios = 0.0
  /// The largest l∞ distance of a record: the largest difference of any two values.
  package private(set) var largestPeak = 0.0
  /// The lowest PSNR of a picture in dB; infinite when all are equal.
  package private(set) var lowestRatio = Double.infinity

  /// No records yet.
  package init(isPicture: Bool) { self.isPicture = isPicture }

  /// PSNR in dB of the mean squared error over everything; infinite when all is equal.
  package var ratio: Double { decibels(meanSquaredError: squaredError / Double(elements)) }

  /// The mean PSNR in dB of the pictures that differ; infinite when none does.
  package var meanRatio: Double { differing == 0 ? .infinity : ratios / Double(differing) }

  /// The mean over records of the l2 distance.
  package var meanDistance: Double { distances / Double(records) }

  /// The mean over records of the l∞ distance.
  package var meanPeak: Double { peaks / Double(records) }

  /// Adds records. Precondition: as many in both columns.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, when shapes, or types of no pictures, differ, or a value is no number.
  package mutating func add(_ first: Column, _ second: Column) throws {
    guard first.recordShape == second.recordShape else {
      throw Failure(.data, "\(first.recordShape) against \(second.recordShape): pictures of one size can be compared")
    }
    if isPicture {
      try addPictures(first, second)
    } else {
      guard first.type == second.type else {
        throw Failure(.data, "\(first.type.rawValue) against \(second.type.rawValue): such columns cannot be compared")
      }
      addRecords(first, second)
    }
  }

  private mutating func addRecords(_ first: Column, _ second: Column) {
    let width = first.recordByteCount
    for start in stride(from: 0, to: first.count * width, by: max(1, width)) where width > 0 {
      if first.bytes[start..<start + width] != second.bytes[start..<start + width] { differing += 1 }
    }
    records += first.count
  }

  private mutating func addPictures(_ first: Column, _ second: Column) throws {
    let width = first.recordShape.reduce(1, *)
    let (x, y) = (first.unitValues, second.unitValues)
    for row in 0..<first.count {
      var (squares, peak) = (0.0, 0.0)
      for index in row * width..<(row + 1) * width {
        let difference = Double(x[index]) - Double(y[index])
        squares += difference * difference
        peak = max(peak, abs(difference))
      }
      guard squares.isFinite else { throw Failure(.data, "record \(records) holds a value that is not a number") }
      addPicture(squares: squares, peak: peak, elements: width)
    }
  }

  private mutating func addPicture(squares: Double, peak: Double, elements count: Int) {
    records += 1
    elements += count
    squaredError += squares
    distances += squares.squareRoot()
    peaks += peak
    largestPeak = max(largestPeak, peak)
    if squares > 0 {
      differing += 1
      let ratio = decibels(meanSquaredError: squares / Double(count))
      ratios += ratio
      lowestRatio = min(lowestRatio, ratio)
    }
  }
}

/// The peak signal-to-noise ratio of pictures on the unit scale.
private func decibels(meanSquaredError: Double) -> Double { -10 * log10(meanSquaredError) }

extension Column {
  /// Whether this holds pictures: U8 or F32, [N, C, H, W].
  var isPicture: Bool { (type == .u8 || type == .f32) && shape.count == 4 }
}
