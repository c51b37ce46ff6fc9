import Formats
import Records
import Threads

/// A change of every picture: image shortcut squeezing (Liu et al., ICML 2023; METHODS 5.1–5.3), by which training pictures
/// lose what a shortcut lives on, a blur, and its contrary.
///
/// As in the official code it works on 8-bit pictures, before any augmentation; test pictures stay as they are.
package struct PictureFilter: RecordFilter, Sendable {
  /// What becomes of a picture.
  package enum Method: Sendable, Equatable {
    /// It loses what JPEG of a quality of 1 to 100 drops: the standard tables, 4:2:0, accurate transforms.
    case jpeg(quality: Int)
    /// It loses its colours: three channels of luma, (19595 R + 38470 G + 7471 B + 32768) >> 16.
    case gray
    /// It loses the low bits of each sample, so that `depth` of 1 to 8 stay: at 2 the levels are 0, 64, 128, 192.
    case bitDepth(Int)
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

  /// Writes all records with their pictures changed, as U8; fractions are rounded to 8 bits first. Every other column
  /// passes through.
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
    changed.set("image", Column(try samples(image.levels, shape: image.shape, failure), shape: image.shape))
    return changed
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
    case .gray: return shape[1] == 3 ? Self.gray(samples, area: shape[2] * shape[3]) : samples
    case .jpeg(let quality):
      let length = shape[1] * shape[2] * shape[3]
      let pictures = Parallel.map(shape[0]) { row in
        Result { try Self.jpeg(samples[row * length..<(row + 1) * length], shape, quality) }
      }
      return try pictures.enumerated().flatMap { row, picture in
        do { return try picture.get() } catch { throw failure(row, "\(error)") }
      }
    }
  }

  private static func gray(_ samples: [UInt8], area: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(samples.count)
    // Where there are no pictures, nobody may know their size.
    for start in stride(from: 0, to: samples.count, by: max(1, 3 * area)) {
      let luma = (start..<start + area).map { place in
        let (red, green, blue) = (Int(samples[place]), Int(samples[place + area]), Int(samples[place + 2 * area]))
        return UInt8((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16)
      }
      for _ in 0..<3 { result += luma }
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
