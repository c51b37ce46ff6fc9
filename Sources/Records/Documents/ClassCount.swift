/// How many classes a model is built for.
package enum ClassCount {
  /// Models with more classes than this are refused: a label near it is a mistake, not a class.
  package static let maximum = 1 << 20

  /// The number asked for, or else the number of class names in the stream, or else the highest label plus one.
  ///
  /// - Throws: a data failure that names the first record whose label is not below the number.
  package static func of(_ spool: Spool, asked: Int?) throws -> Int {
    let highest = spool.labels.max() ?? 0
    let count = asked ?? spool.classes?.count ?? (highest < maximum ? highest + 1 : maximum)
    guard highest < count else {
      let row = spool.labels.firstIndex { $0 >= count } ?? 0
      throw Failure(
        .data,
        "record \(row) (id \(spool.ids[row])) has label \(spool.labels[row]), but there are only \(count) classes; "
          + "give their number with --class-count")
    }
    return count
  }

  /// The names of a model's classes: those of the stream, as far as the model has so many.
  package static func names(_ spool: Spool, count: Int) -> [String]? { spool.classes.map { Array($0.prefix(count)) } }
}
