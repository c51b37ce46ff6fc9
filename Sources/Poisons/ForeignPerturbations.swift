import Formats
import Records

/// Perturbations that were made elsewhere: an array with one for each record or for each class.
package struct ForeignPerturbations: Poison {
  /// What a perturbation is found by.
  package enum Assignment: String, Sendable, CaseIterable {
    /// The record's id.
    case id
    /// The record's class.
    case label
  }

  /// What the numbers mean.
  package enum Scale: String, Sendable, CaseIterable {
    /// Pictures lie in 0 to 1.
    case unit
    /// Pictures lie in 0 to 255.
    case byte
  }

  private let array: ForeignArray
  private var assignment: Assignment?
  private let scale: Scale
  private let layout: PictureLayout?

  /// The perturbations of an array; what is not told follows from it, where it can.
  ///
  /// - Throws: `Failure` of kind `data` for an array that cannot hold perturbations, numbers that are not finite or beyond
  ///   any picture, and where it is open in which scale they are.
  package init(
    _ array: ForeignArray, by assignment: Assignment? = nil, scale: Scale? = nil, layout: PictureLayout? = nil
  ) throws {
    guard array.shape.count == 3 || array.shape.count == 4 else {
      throw Failure(
        .data,
        "\(array.name): an array of \(Self.words(array.shape)) holds no perturbations; N×C×H×W, N×H×W×C or N×H×W does")
    }
    self.array = array
    self.assignment = assignment
    self.layout = layout
    self.scale = try Self.scale(of: array, told: scale)
  }

  /// What is added is bounded by the range of pictures alone.
  package var bound: PerturbationBound { .maximum(1) }

  package mutating func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float] {
    guard !targets.ids.isEmpty else { return [] }
    let isInterleaved = try isInterleaved(pictures: targets.shape)
    let assignment = try assignment ?? self.assignment(classes: targets.classes)
    self.assignment = assignment
    var result: [Float] = []
    result.reserveCapacity(targets.ids.count * targets.length)
    for target in targets.ids.indices {
      let row = assignment == .id ? targets.ids[target] : targets.labels[target]
      guard (0..<array.shape[0]).contains(row) else {
        throw failure(target, "its \(assignment) is \(row), but \(array.name) holds \(array.shape[0]) perturbations")
      }
      let values = scale == .unit ? array.row(row) : array.row(row).map { $0 / 255 }
      result += isInterleaved ? planes(values, channels: targets.shape[0]) : values
    }
    return result
  }

  private func planes(_ values: [Float], channels: Int) -> [Float] {
    (0..<channels).flatMap { channel in stride(from: channel, to: values.count, by: channels).map { values[$0] } }
  }

  /// Whether the channels come last.
  private func isInterleaved(pictures shape: [Int]) throws -> Bool {
    let row = Array(array.shape.dropFirst())
    let isPlanar = row == shape || shape[0] == 1 && row == Array(shape.dropFirst())
    let isInterleaved = row == [shape[1], shape[2], shape[0]]
    if let layout, layout == .nchw ? isPlanar : isInterleaved { return layout == .nhwc }
    guard layout == nil, isPlanar || isInterleaved else {
      let order = layout.map { " in the order \($0.rawValue)" } ?? ""
      throw Failure(
        .data,
        "\(array.name): perturbations of \(Self.words(row))\(order) do not suit pictures of \(Self.words(shape)) (C×H×W)"
      )
    }
    guard isPlanar != isInterleaved || shape[0] == 1 else {
      throw Failure(
        .data,
        "\(array.name): perturbations of \(Self.words(row)) may have their channels first or last; "
          + "say which with --layout nchw or --layout nhwc")
    }
    return !isPlanar
  }

  private func assignment(classes: Int?) throws -> Assignment {
    if let classes { return array.shape[0] == classes ? .label : .id }
    throw Failure(
      .data,
      "\(array.name): the stream does not name its classes, so it is open whether \(array.shape[0]) perturbations belong "
        + "to records or to classes; say which with --by id or --by label")
  }

  private static func scale(of array: ForeignArray, told: Scale?) throws -> Scale {
    var largest: Float = 0
    for row in 0..<array.shape[0] {
      for value in array.row(row) {
        guard value.magnitude <= 255 else {
          throw Failure(.data, "\(array.name): perturbation \(row) holds the value \(value); none is beyond ±255")
        }
        largest = max(largest, value.magnitude)
      }
    }
    if let told {
      guard told == .byte || largest <= 1 else {
        throw Failure(.data, "\(array.name): holds the value ±\(largest), but on the unit scale none is beyond ±1")
      }
      return told
    }
    if array.isInteger { return .byte }
    // Of a perturbation in levels nearly all elements would have to be below half a level.
    if largest <= 0.5 { return .unit }
    if largest > 2 { return .byte }
    throw Failure(
      .data,
      "\(array.name): its largest element is ±\(largest), which may be a fraction or a level; "
        + "say which with --scale unit or --scale byte")
  }

  private static func words(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }
}
