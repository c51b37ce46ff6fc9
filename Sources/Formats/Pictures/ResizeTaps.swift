/// The source elements of one element of a scaled row or column, and their weights in units of 2⁻²², which add up to about
/// one: an antialiased triangle filter.
package struct ResizeTaps {
  /// The first of the source elements.
  let start: Int
  let weights: [Int]

  /// Bits of a weight behind the point.
  static let precision = 22

  /// The filters of all elements when `source` become `target`. Precondition: both are positive.
  package static func all(from source: Int, to target: Int) -> [ResizeTaps] {
    middle(from: source, to: target, keeping: target)
  }

  /// The filters of the middle `kept` elements when `source` become `target`.
  static func middle(from source: Int, to target: Int, keeping kept: Int) -> [ResizeTaps] {
    let scale = Double(source) / Double(target)
    let support = max(scale, 1)
    let first = (target - kept) / 2
    return (first..<first + kept).map { position in
      let center = (Double(position) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), source)
      let weights = (start..<end).map { max(0, 1 - ((Double($0) - center + 0.5) / support).magnitude) }
      let total = weights.reduce(0, +)
      return ResizeTaps(start: start, weights: weights.map { Int($0 / total * Double(1 << precision) + 0.5) })
    }
  }

  /// The weighted sum of numbers `stride` apart, of which the first source element is the one at `base`.
  package func sum(_ values: [Float], from base: Int, stride: Int = 1) -> Float {
    var total = 0.0
    for (place, weight) in weights.enumerated() {
      total += Double(weight) * Double(values[base + (start + place) * stride])
    }
    return Float(total / Double(1 << Self.precision))
  }
}
