import Compute
import Records

/// How large a model is built.
package enum ModelSize {
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
