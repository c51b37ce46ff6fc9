import RecordTools
import Records

/// What of a picture is given to another one: what a filter takes from it, at most eight levels up or down.
///
/// A perturbation is small, and so nearly all of it is left where the residual is clipped to eight levels; of what a picture
/// shows little is, since edges and textures are stronger. One of these filters leaves the perturbation of every attack in
/// the residual.
package enum Detail: String, Sendable, CaseIterable {
  /// What JPEG of quality 10 drops: patches, and fine noise.
  case jpeg
  /// What a median of 5×5 takes, which leaves edges: noise of any kind, such as that of adversarial attacks.
  case median
  /// The colours.
  case gray

  /// The most that a sample of another picture changes by, of 255: what most attacks allow themselves.
  private static let largest = 8

  private var filter: PictureFilter {
    switch self {
    case .jpeg: PictureFilter(.jpeg(quality: 10))
    case .median: PictureFilter(.median(radius: 2))
    case .gray: PictureFilter(.gray)
    }
  }

  /// The pictures of a batch without it, of 8 bits.
  ///
  /// - Throws: a data failure, worded with its place by `failure`, where there are no pictures, or they are not of numbers
  ///   within 0...1.
  func taken(from batch: ImageBatch, failure: (_ record: Int, _ words: String) -> Failure) throws -> [UInt8] {
    try filter.apply(batch, failure: failure).image?.bytes ?? []
  }

  /// A picture f(host) + (donor − f(donor)), the difference clipped, of 8 bits.
  static func hybrid(
    _ host: ArraySlice<UInt8>, given donor: ArraySlice<UInt8>, withoutDetail: ArraySlice<UInt8>
  ) -> [UInt8] {
    zip(host, zip(donor, withoutDetail)).map { sample, detail in
      UInt8(clamping: Int(sample) + min(largest, max(-largest, Int(detail.0) - Int(detail.1))))
    }
  }
}
