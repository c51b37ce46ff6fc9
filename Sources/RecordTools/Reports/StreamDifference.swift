import OrderedCollections
import Records

/// How far two streams of the same records lie apart.
package struct StreamDifference: Sendable {
  /// Records compared.
  package private(set) var records = 0
  /// Each column compared.
  package private(set) var columns: OrderedDictionary<String, ColumnDifference> = [:]
  /// Columns that only the first stream has.
  package private(set) var onlyInFirst: [String] = []
  /// Columns that only the second stream has.
  package private(set) var onlyInSecond: [String] = []

  /// What the two streams are called.
  let names: (first: String, second: String)

  /// Reads two streams side by side, whatever their frames, and compares the records that stand at the same position.
  ///
  /// - Parameters:
  ///   - chosen: the columns to compare; nil for all that both streams have, but for `id`.
  /// - Throws: `Failure` of kind `data` when the streams do not hold the same number of records, ids at a position
  ///   differ, a chosen column is missing, or columns cannot be compared.
  package init(of first: RecordReader, and second: RecordReader, columns chosen: [String]? = nil) throws {
    names = (first.name, second.name)
    var pairs = AlignedRecords([first, second])
    var isStarted = false
    while let pair = try pairs.next() {
      let (x, y) = (pair[0], pair[1])
      if !isStarted { try start(x, y, chosen) }
      isStarted = true
      try add(x, y)
    }
  }

  private mutating func start(_ x: ImageBatch, _ y: ImageBatch, _ chosen: [String]?) throws {
    onlyInFirst = x.columns.keys.filter { y.columns[$0] == nil }
    onlyInSecond = y.columns.keys.filter { x.columns[$0] == nil }
    for name in chosen ?? x.columns.keys.filter({ $0 != KnownColumn.id.rawValue && y.columns[$0] != nil }) {
      guard let first = x.columns[name], let second = y.columns[name] else {
        throw Failure(.data, "\(x.columns[name] == nil ? names.first : names.second) has no column \(name.quoted)")
      }
      columns[name] = ColumnDifference(isPicture: first.isPicture && second.isPicture)
    }
  }

  private mutating func add(_ x: ImageBatch, _ y: ImageBatch) throws {
    if let ids = x.ids, let others = y.ids, let row = ids.indices.first(where: { ids[$0] != others[$0] }) {
      throw Failure(
        .data,
        "record \(records + row) has the id \(ids[row]) in \(names.first) and \(others[row]) in \(names.second): "
          + "these are not the same records in the same order")
    }
    for name in columns.keys {
      guard let first = x.columns[name], let second = y.columns[name] else { continue }
      do {
        try columns[name]?.add(first, second)
      } catch let fault as Failure {
        throw Failure(fault.kind, "the column \(name.quoted) of \(names.first) and \(names.second): \(fault.message)")
      }
    }
    records += x.count
  }
}
