import Testing

/// The norm of the difference over the norm of the reference; infinite where the counts differ, and the plain norm of
/// the values where the reference is all zeros. A NaN anywhere gives a NaN, which is close to nothing.
public func relativeDistance(_ values: [Float], _ reference: [Double]) -> Double {
  guard values.count == reference.count else { return .infinity }
  var (difference, norm) = (0.0, 0.0)
  for (value, expected) in zip(values, reference) {
    difference += (Double(value) - expected) * (Double(value) - expected)
    norm += expected * expected
  }
  return norm == 0 ? difference.squareRoot() : (difference / norm).squareRoot()
}

/// Expects values within `tolerance` of the reference, relative to the reference's norm; values that never arrived
/// fail, and a failure points to the caller.
public func expectClose(
  _ values: [Float]?, _ reference: [Double], within tolerance: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let values, values.count == reference.count else {
    let count = values.map { "\($0.count) numbers" } ?? "missing"
    Issue.record("\(what): \(count), not \(reference.count) numbers", sourceLocation: sourceLocation)
    return
  }
  let distance = relativeDistance(values, reference)
  #expect(distance <= tolerance, "\(what): off by \(distance) of the reference's norm", sourceLocation: sourceLocation)
}

/// As above, with the reference's shape unused.
public func expectClose(
  _ values: [Float]?, _ reference: NumberArray, within tolerance: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(values, reference.doubles, within: tolerance, what, sourceLocation: sourceLocation)
}
