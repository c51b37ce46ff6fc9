import Records

extension ClassifierFit.Options {
  /// How a model was trained, as its document's configuration tells it.
  package func record(of spool: Spool) -> [String: JSON] {
    recipe.record(of: spool).merging([
      "augmented": .bool(augments), "seed": .string("\(seed)"), "height": .integer(spool.imageShape[1]),
      "image_width": .integer(spool.imageShape[2]),
    ]) { $1 }
  }
}
