import Records

extension AutoencoderFit.Options {
  /// How a model was trained, as its document's configuration tells it.
  package func record(of spool: Spool) -> [String: JSON] {
    recipe.record(of: spool).merging(["kld": .float(divergenceTarget), "seed": .string("\(seed)")]) { $1 }
  }
}
