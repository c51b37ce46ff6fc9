import Compute
import Records
import Threads

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
    _ result: Tensor, beside pictures: Column, failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> Double {
    shape = pictures.recordShape
    let (decoded, unit, length) = (result.planarValues, pictures.unitValues, pictures.recordShape.reduce(1, *))
    if let index = decoded.firstIndex(where: { !$0.isFinite }) {
      throw failure(index / length, "the model makes \(decoded[index]) of this picture; its weights may be damaged")
    }
    let made = Parallel.map(pictures.count) { record in
      Made(options, isBytes: isBytes, decoded[record * length..<(record + 1) * length], beside: unit)
    }
    for record in made {
      levels += record.levels
      floats += record.floats
    }
    return made.reduce(0) { $0 + $1.squaredError }
  }

  /// What comes of one record.
  private struct Made {
    var levels: [UInt8] = []
    var floats: [Float] = []
    /// Of what is written, beside the picture; of a perturbation its own square.
    var squaredError = 0.0

    /// From the decoded elements of the record, which lie in `decoded` where its picture's lie in `unit`.
    init(_ options: Purifier.Options, isBytes: Bool, _ decoded: ArraySlice<Float>, beside unit: [Float]) {
      if isBytes { levels.reserveCapacity(decoded.count) } else { floats.reserveCapacity(decoded.count) }
      for index in decoded.indices {
        let (value, picture) = (decoded[index], unit[index])
        var made = PictureOutput.combine(options.mode, picture, value)
        if isBytes {
          let level = options.quantization.level(made)
          levels.append(level)
          made = Float(level) / 255
        } else {
          floats.append(made)
        }
        let difference = Double(options.mode == .perturbation ? value : made - picture)
        squaredError += difference * difference
      }
    }
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
