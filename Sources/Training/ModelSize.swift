import Records

/// The size of a model that is yet to be made.
package enum ModelSize {
  /// Checks that a model's parameters fit into a document that readers accept.
  ///
  /// - Throws: a usage failure that says how large the model would be.
  package static func check(parameterCount: Double, classes: Int) throws {
    let limit = StreamLimits().documentBytes
    guard parameterCount * 4 <= Double(limit) else {
      throw Failure(
        .usage,
        "a model of this width and \(classes) classes would have \(Int(min(parameterCount, 1e15))) parameters and take "
          + "more than the \(limit >> 30) GiB that readers accept; give a smaller --width, or look at the labels")
    }
  }
}
