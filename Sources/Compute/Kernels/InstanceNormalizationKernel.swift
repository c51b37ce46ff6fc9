import Threads

/// Instance normalisation, one picture a piece: its pixels stay in the cache from the first pass to the last.
struct InstanceNormalizationKernel {
  let pictures: Int
  let pixels: Int
  let channels: Int
  let rectified: Bool
  private static let epsilon = 1e-5

  private var stride: Int { NormalizationKernel.stride(channels) }
  private var plan: NormalizationPlan { NormalizationPlan(parts: [0..<pixels], channels: channels, concurrent: false) }

  /// y ← the normalised x; gives the mean and the inverse deviation of every picture's channels, [pictures, 2, stride].
  func forward(_ x: Storage, y: Storage) -> Storage {
    check(x, y)
    let statistics = Storage(count: pictures * 2 * stride)
    let (plan, shift) = (plan, Storage.zeros(count: stride))
    Parallel.forEachPiece(pictures) { picture in
      let start = picture * pixels * channels
      let (mean, variance) = meanAndVariance(plan.moments(x.base + start)[0], count: Double(pixels))
      let kept = statistics.base + picture * 2 * stride
      for c in 0..<channels {
        kept[c] = Float(mean[c])
        kept[stride + c] = Float(1 / (variance[c] + Self.epsilon).squareRoot())
      }
      plan.normalize(x.base + start, map(kept, shift), residual: nil, y: y.base + start)
    }
    return statistics
  }

  /// dx ← the gradient of x (+ dx where `accumulate`); dx may be dy.
  func backward(_ dy: UnsafePointer<Float>, x: Storage, statistics: Storage, dx: Storage, accumulate: Bool) {
    check(x, dx)
    precondition(statistics.count == pictures * 2 * stride, "\(statistics.count) statistics of \(pictures) pictures")
    let (plan, shift) = (plan, Storage.zeros(count: stride))
    let means = Storage(count: pictures * 2 * stride)
    Parallel.forEachPiece(pictures) { picture in
      let start = picture * pixels * channels
      let kept = statistics.base + picture * 2 * stride
      let inverse = kept + stride
      let map = map(kept, shift)
      let sums = plan.gradientSums(dy + start, x: x.base + start, map, inverse: inverse, mask: nil)[0]
      let (meanG, meanGX) = (means.base + picture * 2 * stride, means.base + picture * 2 * stride + stride)
      for c in 0..<channels {
        meanG[c] = Float(sums[c] / Double(pixels))
        meanGX[c] = Float(sums[channels + c] / Double(pixels)) * inverse[c]
      }
      plan.gradient(
        dy + start, x: x.base + start, map, meanG: meanG, meanGX: meanGX, dx: dx.base + start, accumulate: accumulate)
    }
  }

  private func check(_ x: Storage, _ y: Storage) {
    precondition(
      x.count == pictures * pixels * channels && y.count == x.count,
      "\(pictures) pictures of \(pixels)·\(channels): \(x.count) to \(y.count) elements")
  }

  private func map(_ kept: UnsafeMutablePointer<Float>, _ shift: Storage) -> NormalizationKernel.Map {
    .init(mean: kept, scale: kept + stride, shift: shift.base, rectified: rectified)
  }
}
