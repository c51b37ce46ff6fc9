/// A value that the format does not allow in its column.
package struct ValueFault: Sendable {
  /// The record, counted from 0 within its batch.
  package let record: Int
  /// What was found and what is expected, to follow the record's place.
  package let words: String
}

extension Column {
  /// The first value of pictures that lies outside of 0...1 or is no number; nil for U8, where every value is one.
  package var pictureFault: ValueFault? {
    guard type == .f32 else { return nil }
    let values = floats
    guard let index = values.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) else { return nil }
    let width = recordShape.reduce(1, *)
    return ValueFault(
      record: index / width,
      words: "element \(index % width) of the picture is \(values[index]), where 0...1 is expected")
  }

  /// What is wrong with a value that stands where a fraction of 0 to 1 should, and what to do.
  package static func words(fraction value: Float) -> String {
    let rounding: Float = 1e-3
    if value.isNaN { return "a value that is not a number (nan)" }
    if value >= -rounding && value <= 1 + rounding {
      return "the value \(value), by rounding just outside of 0 to 1: save numpy.clip(x, 0, 1) instead"
    }
    if value > 1 && value <= 255 {
      return "the value \(value); fractions must lie in 0 to 1 (values of 0 to 255 belong into an array of integers)"
    }
    return "the value \(value); fractions must lie in 0 to 1"
  }

  /// The first value of an F32 column that is no number or infinite.
  package func finiteFault(name: String) -> ValueFault? {
    let values = floats
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return nil }
    let width = max(1, recordShape.reduce(1, *))
    return ValueFault(record: index / width, words: "\(name) holds \(values[index]), where a finite number is expected")
  }

  /// The first value of a column of marks that is neither 0 nor 1.
  package func markFault(name: String) -> ValueFault? {
    guard let index = bytes.firstIndex(where: { $0 > 1 }) else { return nil }
    return ValueFault(record: index, words: "\(name) is \(bytes[index]), where 0 or 1 is expected")
  }
}

extension ImageBatch {
  /// The first label that is negative or has no name among the classes, where those are known.
  package static func labelFault(_ labels: [Int], classes: [String]?) -> ValueFault? {
    let highest = classes.map { $0.count - 1 } ?? .max
    guard let index = labels.firstIndex(where: { $0 < 0 || $0 > highest }) else { return nil }
    let expected = classes.map { "0 or more and below \($0.count), the number of class names," } ?? "0 or more"
    return ValueFault(record: index, words: "the label is \(labels[index]), where \(expected) is expected")
  }
}
