import Records

/// Pictures to which perturbations are added within a bound that holds for what is written, rounded and clipped.
struct PoisonedPictures {
  private let original: Column
  private let bound: PerturbationBound
  private let quantization: Quantization
  private let length: Int
  private let originalFloats: [Float]
  /// The most levels that an element of 8 bits may move by.
  private let largestStep: Float
  private var levels: [UInt8]
  private var floats: [Float]
  private var differences: [Float]
  /// How many elements would have left the range of pictures and were cut to it.
  private(set) var clipped = 0

  /// - Parameter quantization: how 8-bit pictures are rounded. Truncated as the official code does, a perturbation is not
  ///   weakened where its norm ends above the bound.
  init(_ image: Column, bound: PerturbationBound, quantization: Quantization = .nearest) {
    original = image
    self.bound = bound
    self.quantization = quantization
    length = image.recordShape.reduce(1, *)
    largestStep = bound.levels ?? 255
    levels = image.type == .u8 ? image.bytes : []
    originalFloats = image.type == .u8 ? [] : image.floats
    floats = originalFloats
    differences = [Float](repeating: 0, count: image.count * length)
  }

  /// The pictures, in the type they came in.
  var image: Column {
    original.type == .u8 ? Column(levels, shape: original.shape) : Column(floats, shape: original.shape)
  }

  /// What was added to each picture, F32.
  var perturbation: Column { Column(differences, shape: original.shape) }

  /// Adds a perturbation to a record, shrunk by as little as rounding asks for, and gives the l2 norm of what was added.
  ///
  /// - Throws: a data failure, worded by `failure`, where the bound does not hold all the same.
  mutating func poison(
    _ row: Int, by perturbation: ArraySlice<Float>, failure: (_ words: String) -> Failure
  ) throws -> Double {
    let range = row * length..<(row + 1) * length
    guard original.type != .u8 || largestStep >= 1 else {
      throw failure("the bound is less than one of the 255 levels")
    }
    if original.type == .u8, quantization == .nearest, case .l2 = bound,
      let largest = perturbation.map(\.magnitude).max(),
      largest > 0, largest * 255 < 0.5
    {
      throw failure("rounding to 8 bits leaves nothing of a perturbation so small; allow a larger norm")
    }
    var factor: Float = 1
    // Rounding to 8 bits may lift the norm above the bound by a percent or so; a slightly weaker one fits. A perturbation of
    // few values rounds in few steps, so that a picture that clips some of them may need one that is a tenth weaker.
    for _ in 0..<1024 {
      let (added, clipped) = add(perturbation, times: factor, to: range)
      let load = bound.load(of: added, channels: max(1, original.recordShape[0]))
      guard load > 1 + 1e-5, quantization == .nearest else {
        self.clipped += clipped
        differences.replaceSubrange(range, with: added)
        return added.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      }
      factor *= min(0.9995, 1 / load)
    }
    throw failure("no perturbation within the bound \(bound) survives the rounding to 8 bits; allow a larger norm")
  }

  /// Writes the record's perturbed elements and gives the differences they make, and how many were cut to the range.
  private mutating func add(
    _ perturbation: ArraySlice<Float>, times factor: Float, to range: Range<Int>
  ) -> (added: [Float], clipped: Int) {
    var clipped = 0
    let added = zip(range, perturbation).map { index, addend in
      if original.type == .u8 {
        let before = Float(original.bytes[index])
        let sum = before + addend * factor * 255
        let after = quantization == .nearest ? sum.rounded() : min(255, max(0, sum)).rounded(.down)
        if !(0...255).contains(quantization == .nearest ? after : sum) { clipped += 1 }
        // Where single elements are bounded, none is rounded up across the bound. A norm without measure may give numbers
        // that no integer holds: cut them first.
        let (low, high) = (max(0, before - largestStep), min(255, before + largestStep))
        levels[index] = UInt8(min(high, max(low, after)))
        return (Float(levels[index]) - before) / 255
      }
      let before = originalFloats[index]
      let sum = before + addend * factor
      if !(0...1).contains(sum) { clipped += 1 }
      floats[index] = min(1, max(0, sum))
      return floats[index] - before
    }
    return (added, clipped)
  }
}
