import Records

/// Models on the command line.
public enum ModelFile {
  /// Reads a model document from a file, or from standard input for `-`.
  public static func read(_ path: String, limits: StreamLimits = StreamLimits()) throws -> ModelDocument {
    try ModelDocument.read(try InputFile.open(path), limits: limits)
  }

  /// Tells of tensors that a model has no place for.
  public static func noteIgnored(_ names: [String], in path: String) {
    guard !names.isEmpty else { return }
    let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
    StandardError.say("\(path): ignored \(names.count) tensors that the model has no place for: \(shown)")
  }
}
