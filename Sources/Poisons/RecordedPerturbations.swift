import Formats
import Records

/// The column `perturbation` of a record stream, as `--emit perturbation` writes it.
package struct RecordedPerturbations {
  /// One perturbation a row, on the unit scale.
  package let array: ForeignArray
  /// The row of each id.
  package let rows: [Int: Int]
  /// The ids of the records that were poisoned; nil where the stream does not tell.
  package let poisoned: IDList?

  /// Reads a whole stream; the perturbations go to a temporary file (`TMPDIR`).
  ///
  /// - Throws: `Failure` of kind `data` where there are no perturbations, they differ in size, or an id occurs twice.
  package init(_ input: InputFile, limits: StreamLimits) throws {
    let reader = RecordReader([input], limits: limits)
    let file = try SpoolFile()
    var (rows, poisoned): ([Int: Int], [Int]?) = ([:], nil)
    var shape: [Int]?
    while let batch = try reader.next() {
      guard let column = batch.perturbation else {
        throw reader.failure("there is no column perturbation; ue-craft with --emit perturbation writes one")
      }
      guard batch.count > 0 else { continue }
      guard shape == nil || shape == column.recordShape else {
        throw reader.failure("perturbations of \(column.recordShape) stand behind some of \(shape ?? [])")
      }
      shape = column.recordShape
      let ids = batch.ids ?? Array(rows.count..<rows.count + batch.count)
      for (record, id) in ids.enumerated() {
        guard rows.updateValue(rows.count, forKey: id) == nil else {
          throw reader.failure(record: record, "the id \(id) occurs a second time")
        }
      }
      try file.append(column.bytes)
      if let marks = batch.poisoned {
        poisoned = (poisoned ?? []) + zip(ids, marks).filter { $1 != 0 }.map(\.0)
      }
    }
    guard let shape else { throw Failure(.data, "\(input.name): holds no records") }
    try file.map()
    array = try ForeignArray(input.name, float32: file, shape: [rows.count] + shape)
    self.rows = rows
    self.poisoned = poisoned.map { IDList(name: input.name, ids: Set($0)) }
  }
}
