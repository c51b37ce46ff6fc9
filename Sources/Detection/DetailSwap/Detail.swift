import RecordTools
import Records

/// What of a picture is given to another one: what a filter takes from it, at most eight levels up or down, or one pixel.
///
/// A perturbation is small, and so nearly all of it is left where the residual is clipped to eight levels; of what a picture
/// shows little is, since edges and textures are stronger. Where it is not small it is a single pixel (ops). One of these
/// filters leaves the perturbation of every attack in the residual.
package enum Detail: String, Sendable, CaseIterable {
  /// What JPEG of quality 10 drops: patches, and fine noise.
  case jpeg
  /// What a median of 5×5 takes, which leaves edges: noise of any kind, such as that of adversarial attacks.
  case median
  /// The colours.
  case gray
  /// The pixel that differs most from the median around it: that of the one-pixel shortcut.
  case pixel

  /// The most that a sample of another picture changes by, of 255: what most attacks allow themselves.
  private var largest: Int { self == .pixel ? 255 : Self.slight }

  /// The most that a sample changes by where little is to be seen of it.
  private static let slight = 8

  private var filter: PictureFilter {
    switch self {
    case .jpeg: PictureFilter(.jpeg(quality: 10))
    case .median, .pixel: PictureFilter(.median(radius: 2))
    case .gray: PictureFilter(.gray)
    }
  }

  /// The pictures of a batch without it, of 8 bits.
  ///
  /// - Throws: a data failure, worded with its place by `failure`, where there are no pictures, or they are not of numbers
  ///   within 0...1.
  func taken(from batch: ImageBatch, failure: (_ record: Int, _ words: String) -> Failure) throws -> [UInt8] {
    let filtered = try filter.apply(batch, failure: failure).image?.bytes ?? []
    guard self == .pixel, let image = batch.image else { return filtered }
    let area = image.recordShape.suffix(2).reduce(1, *)
    let (levels, length) = (image.levels, filtered.count / max(1, batch.count))
    return (0..<batch.count).flatMap { row in
      let samples = row * length..<(row + 1) * length
      return Self.withoutPixel(Array(levels[samples]), medians: Array(filtered[samples]), area: area)
    }
  }

  /// A picture whose pixel that differs most from its median, over all channels together, is that median; of several alike
  /// the first.
  private static func withoutPixel(_ picture: [UInt8], medians: [UInt8], area: Int) -> [UInt8] {
    var samples = picture
    let channels = samples.count / max(1, area)
    func difference(_ pixel: Int) -> Int {
      (0..<channels).reduce(0) { $0 + abs(Int(samples[$1 * area + pixel]) - Int(medians[$1 * area + pixel])) }
    }
    var farthest = (pixel: 0, difference: -1)
    for pixel in 0..<area {
      let difference = difference(pixel)
      if difference > farthest.difference { farthest = (pixel, difference) }
    }
    for channel in 0..<channels { samples[channel * area + farthest.pixel] = medians[channel * area + farthest.pixel] }
    return samples
  }

  /// Pictures through a filter that changes no sample by more than eight levels. Precondition: as many filtered samples.
  static func slightly(_ picture: [UInt8], filtered: [UInt8]) -> [UInt8] {
    zip(picture, filtered).map { sample, result in
      UInt8(clamping: Int(sample) + min(slight, max(-slight, Int(result) - Int(sample))))
    }
  }

  /// A picture f(host) + (donor − f(donor)), the difference clipped, of 8 bits.
  func hybrid(
    _ host: ArraySlice<UInt8>, given donor: ArraySlice<UInt8>, withoutDetail: ArraySlice<UInt8>
  ) -> [UInt8] {
    zip(host, zip(donor, withoutDetail)).map { sample, detail in
      UInt8(clamping: Int(sample) + min(largest, max(-largest, Int(detail.0) - Int(detail.1))))
    }
  }
}
