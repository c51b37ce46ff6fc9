/// Labels written as one column a class: a 1 in the column of the record's class, and zeros.
enum OneHot {
  /// What is wrong with a row that has no place, and what to do.
  static let fault = "its row is not one-hot, a 1 among zeros; save labels.argmax(1) instead"

  /// The place of the 1; nil where the row is not of this kind.
  static func place(_ row: ArraySlice<Float>) -> Int? {
    guard let place = row.firstIndex(of: 1), row.count(where: { $0 == 0 }) == row.count - 1 else { return nil }
    return place - row.startIndex
  }
}
