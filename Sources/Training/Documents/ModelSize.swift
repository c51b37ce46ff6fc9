import Compute
import Records

/// How large a model is built.
package enum ModelSize {
  /// Models with more classes than this are refused: a label near it is a mistake, not a class.
  package static let mostClasses = 1 << 20

  /// The classes of a model of a set: the number asked for, or else the number of class names in the stream, or else the
  /// highest label plus one.
  ///
  /// - Throws: a data failure that names the first record whose label is not below the number.
  package static func classes(of spool: Spool, asked: Int?) throws -> Int {
    let highest = spool.labels.max() ?? 0
    let count = asked ?? spool.classes?.count ?? (highest < mostClasses ? highest + 1 : mostClasses)
    guard highest < count else {
      let row = spool.labels.firstIndex { $0 >= count } ?? 0
      throw Failure(
        .data,
        "record \(row) (id \(spool.ids[row])) has label \(spool.labels[row]), but there are only \(count) classes; "
          + "give their number with --classes")
    }
    return count
  }

  /// Checks that a model's parameters fit into a document that readers accept.
  ///
  /// - Parameter shapes: the model, of shapes alone.
  /// - Throws: a usage failure that says how large the model would be.
  package static func check(_ shapes: any Module, classes: Int) throws {
    let (limit, count) = (StreamLimits().documentBytes, shapes.parameterCount)
    guard count * 4 <= Double(limit) else {
      throw Failure(
        .usage,
        "a model of this width and \(classes) classes would have \(Int(min(count, 1e15))) parameters and take "
          + "more than the \(limit >> 30) GiB that readers accept; give a smaller --width, or look at the labels")
    }
  }
}
