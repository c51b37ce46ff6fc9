import Formats
import Records
import Threads

/// A change of every picture: image shortcut squeezing (Liu et al., ICML 2023; METHODS 5.1–5.3), by which training pictures
/// lose what a shortcut lives on, a blur, and its contrary.
///
/// As in the official code it works on 8-bit pictures, before any augmentation; test pictures stay as they are. D-VAE's
/// authors measured gray and bit-depth reduction on fractions, after the pictures were cropped and mirrored; either order
/// gives the same pictures, since black stays black.
package struct PictureFilter: RecordFilter, Sendable {
  /// What becomes of a picture.
  package enum Method: Sendable, Equatable {
    /// It loses what JPEG of a quality of 1 to 100 drops: the standard tables, 4:2:0, accurate transforms.
    case jpeg(quality: Int)
    /// It loses its colours: three channels of luma, (19595 R + 38470 G + 7471 B + 32768) >> 16.
    case gray
    /// It loses its colours, in fractions that are not rounded: 0.2989 R + 0.587 G + 0.114 B.
    case grayFractions
    /// It loses the low bits of each sample, so that `depth` of 1 to 8 stay: at 2 the levels are 0, 64, 128, 192.
    case bitDepth(Int)
    /// Each fraction becomes ⌊2^depth · x⌋/2^depth: at 2 the levels are 0, ¼, ½, ¾, and 1 for white.
    case fractionDepth(Int)
    /// It loses its finest detail, by a binomial filter of 3×3 (`BinomialFilter`).
    case blur
    /// It loses its noise and keeps its edges: each sample becomes the median of a square of 2 · radius + 1 (`MedianFilter`).
    case median(radius: Int)
    /// Its finest detail is amplified, so that a classifier learns it first: x/2 + 3 (x − blur x) around 128.
    case sharpen
  }

  private let method: Method

  /// A filter by a method.
  package init(_ method: Method) { self.method = method }

  /// Writes all records with their pictures changed, as F32 by the methods of fractions; by the others as U8, and fractions
  /// are rounded to 8 bits first. Every other column passes through.
  ///
  /// - Throws: a data failure where there are no pictures, or an element is not within 0...1; what reader and writer throw.
  ///   The records before the fault have been written.
  @discardableResult
  package func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts {
    let count = try reader.pass(to: writer) { batch, _ in try apply(batch) { reader.failure(record: $0, $1) } }
    return FilterCounts(read: count, written: count)
  }

  /// The batch with its pictures changed.
  ///
  /// - Throws: a data failure, worded with its place by `failure`, where there are no pictures, or they are not of numbers
  ///   within 0...1.
  package func apply(_ batch: ImageBatch, failure: (_ record: Int, _ words: String) -> Failure) throws -> ImageBatch {
    guard let image = batch.image else { throw failure(0, "there is no column image to work on") }
    if let fault = image.pictureFault { throw failure(fault.record, fault.words) }
    var changed = batch
    if let fractions = fractions(image) {
      changed.set("image", Column(fractions, shape: image.shape))
    } else {
      changed.set("image", Column(try samples(image.levels, shape: image.shape, failure), shape: image.shape))
    }
    return changed
  }

  /// The pictures as a method of fractions changes them; nil for the other methods.
  private func fractions(_ image: Column) -> [Float]? {
    switch method {
    case .fractionDepth(let depth):
      let levels = Float(1 << depth)
      return image.unitValues.map { ($0 * levels).rounded(.down) / levels }
    case .grayFractions where image.shape[1] == 3:
      let area = image.shape[2] * image.shape[3]
      return Self.gray(image.unitValues, area: area) { (red: Float, green: Float, blue: Float) -> Float in
        0.2989 * red + 0.587 * green + 0.114 * blue
      }
    case .grayFractions: return image.unitValues
    default: return nil
    }
  }

  private func samples(
    _ samples: [UInt8], shape: [Int], _ failure: (Int, String) -> Failure
  ) throws -> [UInt8] {
    switch method {
    case .bitDepth(let depth):
      let mask = UInt8.max << UInt8(8 - depth)
      return samples.map { $0 & mask }
    case .blur, .sharpen:
      let filter = BinomialFilter(height: shape[2], width: shape[3])
      return method == .blur ? filter.blurred(samples) : filter.sharpened(samples)
    case .median(let radius):
      return MedianFilter(height: shape[2], width: shape[3], radius: radius).filtered(samples)
    case .gray:
      guard shape[1] == 3 else { return samples }
      return Self.gray(samples, area: shape[2] * shape[3]) { (red: UInt8, green: UInt8, blue: UInt8) -> UInt8 in
        let sum: Int = 19595 * Int(red) + 38470 * Int(green) + 7471 * Int(blue)
        return UInt8((sum + 32768) >> 16)
      }
    case .jpeg(let quality):
      let length = shape[1] * shape[2] * shape[3]
      let pictures = Parallel.map(shape[0]) { row in
        Result { try Self.jpeg(samples[row * length..<(row + 1) * length], shape, quality) }
      }
      return try pictures.enumerated().flatMap { row, picture in
        do { return try picture.get() } catch { throw failure(row, "\(error)") }
      }
    case .grayFractions, .fractionDepth: preconditionFailure("fractions have no levels")
    }
  }

  /// Three equal planes of what `luma` makes of each pixel of pictures with three planes of an area.
  private static func gray<Sample>(
    _ samples: [Sample], area: Int, luma: (_ red: Sample, _ green: Sample, _ blue: Sample) -> Sample
  ) -> [Sample] {
    var result: [Sample] = []
    result.reserveCapacity(samples.count)
    // Where there are no pictures, nobody may know their size.
    for start in stride(from: 0, to: samples.count, by: max(1, 3 * area)) {
      let plane = (start..<start + area).map { luma(samples[$0], samples[$0 + area], samples[$0 + 2 * area]) }
      for _ in 0..<3 { result += plane }
    }
    return result
  }

  private static func jpeg(_ planes: ArraySlice<UInt8>, _ shape: [Int], _ quality: Int) throws -> [UInt8] {
    let picture = Picture(planes: planes, channels: shape[1], height: shape[2], width: shape[3])
    let decoded = try JPEG.decode(JPEG.encode(picture, quality: quality)).picture.planes
    // A grey file is decoded to three equal planes.
    return Array(decoded.prefix(planes.count))
  }
}
