import Compute
import Records

/// The column that a purifier makes, gathered piece by piece.
struct PictureOutput {
  private let options: Purifier.Options
  private var levels: [UInt8] = []
  private var floats: [Float] = []
  private var shape: [Int] = []

  init(_ options: Purifier.Options, capacity: Int) {
    self.options = options
    if isBytes { levels.reserveCapacity(capacity) } else { floats.reserveCapacity(capacity) }
  }

  private var isBytes: Bool { options.mode != .perturbation && options.pictures == .u8 }

  /// Adds what was decoded from pictures x, and gives the squared difference between x and what comes of it.
  ///
  /// - Throws: a data failure for a record whose result is not a number.
  mutating func append(
    _ result: Tensor, beside x: Tensor, failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> Double {
    shape = [result.shape[3], result.shape[1], result.shape[2]]
    let (decoded, pictures) = (result.planarValues, x.planarValues)
    if let index = decoded.firstIndex(where: { !$0.isFinite }) {
      throw failure(
        index / shape.reduce(1, *), "the model makes \(decoded[index]) of this picture; its weights may be damaged")
    }
    var squaredError = 0.0
    for (value, picture) in zip(decoded, pictures) {
      let made = Self.combine(options.mode, picture, value)
      let kept = isBytes ? Float(options.quantization.level(made)) / 255 : made
      if isBytes { levels.append(options.quantization.level(made)) } else { floats.append(made) }
      let difference = options.mode == .perturbation ? Double(value) : Double(kept - picture)
      squaredError += difference * difference
    }
    return squaredError
  }

  private static func combine(_ mode: Purifier.Mode, _ picture: Float, _ value: Float) -> Float {
    switch mode {
    case .subtract: min(1, max(0, picture - value))
    case .add: min(1, max(0, picture + value))
    case .reconstruct, .perturbation: value
    }
  }

  /// The batch with this column in its place. It was made of the given rows; the others keep their pictures in the type
  /// asked for, or have a perturbation of zero.
  func replacing(_ rows: [Int], in batch: ImageBatch) -> ImageBatch {
    var batch = batch
    let made = rows.count > 0 ? shape : batch.image?.recordShape ?? []
    let column: Column
    if rows.count == batch.count {
      let whole = [batch.count] + made
      column = isBytes ? Column(levels, shape: whole) : Column(floats, shape: whole)
    } else {
      column = scattered(rows, over: batch)
    }
    batch.set(options.mode == .perturbation ? "perturbation" : "image", column)
    return batch
  }

  private func scattered(_ rows: [Int], over batch: ImageBatch) -> Column {
    guard let image = batch.image else { preconditionFailure("a batch without pictures was treated") }
    let length = image.recordShape.reduce(1, *)
    func put<Element>(_ made: [Element], over elements: [Element]) -> [Element] {
      var elements = elements
      for (index, row) in rows.enumerated() {
        elements.replaceSubrange(
          row * length..<(row + 1) * length, with: made[index * length..<(index + 1) * length])
      }
      return elements
    }
    if isBytes { return Column(put(levels, over: image.levels), shape: image.shape) }
    let untouched =
      options.mode == .perturbation ? [Float](repeating: 0, count: image.count * length) : image.unitValues
    return Column(put(floats, over: untouched), shape: image.shape)
  }
}
