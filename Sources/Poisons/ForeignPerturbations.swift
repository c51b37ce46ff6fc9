import Formats
import Records

/// Perturbations that were made elsewhere: an array with one for each record, one for each class, or one for all.
package struct ForeignPerturbations: Poison {
  /// What a perturbation is found by.
  package enum Assignment: String, Sendable, CaseIterable {
    /// The record's id.
    case id
    /// The record's class.
    case label
    /// Nothing: there is one for all records.
    case all
  }

  /// What the perturbations are told to be; what is not told follows from the array, where it can.
  package struct Options: Sendable {
    /// What a perturbation is found by.
    package var assignment: Assignment?
    /// What the numbers mean.
    package var scale: Scale?
    /// Where the channels stand.
    package var layout: PictureLayout?
    /// What happens to perturbations of another size than the pictures'.
    package var fit: PerturbationFit?
    /// Whether an id may occur twice, and a perturbation of a record's own belong to no record.
    package var allowsMismatch = false

    /// Nothing is told.
    package init() {}
  }

  private let array: ForeignArray
  private let options: Options
  private let scale: Scale
  private let share: PoisonedShare
  /// The rows by id, where they are not the ids.
  private let rows: [Int: Int]?
  private var assignment: Assignment?
  private var isUsed: [Bool]

  /// The perturbations of an array.
  ///
  /// - Parameters:
  ///   - rows: the array's row by id; without it the id is the row.
  ///   - share: which records are poisoned; the perturbations of others need no record.
  /// - Throws: `Failure` of kind `data` for an array that cannot hold perturbations, numbers that are not finite or beyond
  ///   any picture, and where it is open what they mean.
  package init(
    _ array: ForeignArray, rows: [Int: Int]? = nil, _ options: Options = Options(), share: PoisonedShare = .all
  ) throws {
    guard array.shape.count == 3 || array.shape.count == 4 else {
      let sets = array.shape.count == 5 ? "; say which of its \(array.shape[0]) sets with --index" : ""
      throw Failure(
        .data,
        "\(array.name): an array of \(array.shapeWords) holds no perturbations; N×C×H×W, N×H×W×C or N×H×W does\(sets)")
    }
    self.array = array
    self.rows = rows
    self.options = options
    self.share = share
    assignment = rows == nil ? options.assignment : .id
    scale = try Scale(of: array, told: options.scale)
    isUsed = [Bool](repeating: false, count: array.shape[0])
  }

  /// What is added is bounded by the range of pictures alone.
  package var bound: PerturbationBound { .maximum(1) }

  package mutating func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float] {
    guard !targets.ids.isEmpty else { return [] }
    let array = perturbations(for: targets.shape)
    let form = try PerturbationForm(
      array, pictures: targets.shape, layout: options.layout, fit: options.fit)
    let assignment = try assignment ?? self.assignment(of: array, classes: targets.classes)
    guard assignment != .all || array.shape[0] == 1 else {
      throw Failure(.data, "\(array.name): holds \(array.shape[0]) perturbations, not one for all")
    }
    self.assignment = assignment
    if isUsed.count != array.shape[0] { isUsed = [Bool](repeating: false, count: array.shape[0]) }
    var result: [Float] = []
    result.reserveCapacity(targets.ids.count * targets.length)
    for target in targets.ids.indices {
      let row = try row(of: target, in: targets, by: assignment, among: array.shape[0], failure)
      let values = scale == .unit ? array.row(row) : array.row(row).map { $0 / 255 }
      result += form.planes(values)
    }
    return result
  }

  /// The array with one perturbation a row: a single perturbation of colour has no dimension for rows.
  private func perturbations(for pictures: [Int]) -> ForeignArray {
    guard array.shape.count == 3, pictures[0] > 1 else { return array }
    return array.asRow
  }

  /// The row of a target, which is marked as used.
  private mutating func row(
    of target: Int, in targets: PoisonTargets, by assignment: Assignment, among count: Int,
    _ failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> Int {
    let id = targets.ids[target]
    let row: Int?
    switch assignment {
    case .all: row = 0
    case .label: row = targets.labels[target]
    case .id: row = rows.map { $0[id] } ?? id
    }
    guard let row, (0..<count).contains(row) else {
      let key = assignment == .id ? id : targets.labels[target]
      throw failure(
        target,
        rows == nil
          ? "its \(assignment) is \(key), but \(array.name) holds \(count) perturbations"
          : "its id is \(key), of which \(array.name) holds no perturbation")
    }
    if assignment == .id, isUsed[row], !options.allowsMismatch {
      throw failure(
        target,
        "the id \(id) occurs a second time, so that perturbations by id are not sure to be for these records; go on "
          + "all the same with --allow-mismatch")
    }
    isUsed[row] = true
    return row
  }

  private func assignment(of array: ForeignArray, classes: Int?) throws -> Assignment {
    if array.shape[0] == 1 { return .all }
    if let classes { return array.shape[0] == classes ? .label : .id }
    throw Failure(
      .data,
      "\(array.name): the stream does not name its classes, so it is open whether \(array.shape[0]) perturbations belong "
        + "to records or to classes; say which with --by id or --by label")
  }

  /// What was settled on, in words for the user.
  ///
  /// - Throws: `Failure` of kind `data` where perturbations by id belong to no record.
  package func finish() throws -> String? {
    guard let assignment else { return nil }
    if assignment == .id, !options.allowsMismatch { try checkUse() }
    let key = assignment == .all ? "one for all" : "by \(assignment)"
    let (used, count) = (isUsed.count(where: \.self), isUsed.count)
    return "perturbations \(key), scale \(scale); \(used) of \(count) used, \(count - used) not"
  }

  private func checkUse() throws {
    let ids = rows ?? Dictionary(uniqueKeysWithValues: isUsed.indices.map { ($0, $0) })
    let unused = ids.filter { !isUsed[$0.value] && share.contains(id: $0.key) }.keys
    guard let first = unused.min() else { return }
    throw Failure(
      .data,
      "\(array.name): \(unused.count) of \(isUsed.count) perturbations belong to no record, such as that of id \(first); "
        + "it may be made for another set. For a part of a set go on with --allow-mismatch")
  }
}

extension ForeignArray {
  /// The shape in words, such as `5000×3×32×32`.
  var shapeWords: String { shape.map(String.init).joined(separator: "×") }
}
