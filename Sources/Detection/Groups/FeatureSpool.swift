import Compute
import Records
import Threads
import Training

/// The features of all records' pictures in every view, worked out once while the stream is read.
///
/// They lie in a temporary file (`TMPDIR`), 12 KiB a picture of 32×32 or larger, and are mapped to be read: memory holds
/// none of them.
final class FeatureSpool {
  /// Pixels that are transformed at a time: 256 pictures of 32×32.
  private static let pixelsAtOnce = 256 * 1024
  /// The longest side of a picture in pixels: the transform takes a matrix of as many rows and columns.
  private static let longestSide = 2048

  /// Records so far.
  private(set) var count = 0
  private var shape: [Int]?
  private var extractors: [FeatureExtractor] = []
  private var file: RowFile?

  /// Adds a batch's pictures. Those of several sizes, or with a side longer than 2,048 pixels, are not kept: they cannot be
  /// compared.
  ///
  /// - Throws: `Failure` of kind `cannotCreate` or `cannotWrite`, such as on a full disk.
  func append(_ batch: ImageBatch) throws {
    guard batch.count > 0, let image = batch.image else { return }
    if shape == nil { try begin(image.recordShape) }
    if shape != image.recordShape { file = nil }
    guard let file, let shape else { return }
    let length = max(1, Self.pixelsAtOnce / max(1, shape.dropFirst().reduce(1, *)))
    for start in stride(from: 0, to: batch.count, by: length) {
      let part = image.records(start..<min(batch.count, start + length))
      let pictures = Tensor(pictures: part)
      let rows = Array(count..<count + part.count)
      try file.write(rows, features(ofTransforms: cosineTransform(pictures).values, count: part.count))
      count += part.count
    }
  }

  private func begin(_ shape: [Int]) throws {
    self.shape = shape
    guard shape.allSatisfy({ $0 <= Self.longestSide }) else { return }
    extractors = FeatureView.allCases.map { FeatureExtractor($0, shape: shape) }
    file = try RowFile(width: extractors.reduce(0) { $0 + $1.length })
  }

  /// Rows of the file, one a picture: the features of one view behind the other.
  private func features(ofTransforms transforms: [Float], count: Int) -> [Float] {
    let (size, width) = (transforms.count / count, extractors.reduce(0) { $0 + $1.length })
    return [Float](unsafeUninitializedCapacity: count * width) { features, filled in
      transforms.withUnsafeBufferPointer { transforms in
        guard let source = transforms.baseAddress, let target = features.baseAddress else { return }
        Parallel.forEachPiece(count) { picture in
          var row = target + picture * width
          for extractor in extractors {
            extractor.extract(source + picture * size, into: row)
            row += extractor.length
          }
        }
      }
      filled = count * width
    }
  }

  /// Has `body` called with all the features; nil where there are none, or pictures cannot be compared.
  ///
  /// - Throws: `Failure` of kind `software` when the system has no address space left, and what `body` throws.
  func withTable<Result>(_ body: (FeatureTable) throws -> Result) throws -> Result? {
    guard let file else { return nil }
    return try file.withRows(count) { rows in
      try rows.baseAddress.map {
        try body(FeatureTable(base: $0, lengths: extractors.map(\.length), stride: file.width, count: count))
      }
    }
  }
}

/// The features of all records in all views, as they lie in the file; valid while that is mapped.
struct FeatureTable {
  fileprivate let base: UnsafePointer<Float>
  /// Features in each of the views.
  let lengths: [Int]
  fileprivate let stride: Int
  /// All records.
  let count: Int

  /// Those of some records in the view of the given position.
  func rows(_ records: Range<Int>, view: Int) -> FeatureRows {
    let offset = lengths[..<view].reduce(0, +)
    return FeatureRows(
      base: base + records.lowerBound * stride + offset, stride: stride, length: lengths[view], count: records.count)
  }
}

/// The features of some records in one view.
struct FeatureRows {
  /// The first record's features.
  let base: UnsafePointer<Float>
  /// From one record's first feature to the next one's.
  let stride: Int
  /// Features a record.
  let length: Int
  /// Records.
  let count: Int

  /// A record's features. Precondition: there is such a record.
  subscript(record: Int) -> UnsafePointer<Float> { base + record * stride }
}
