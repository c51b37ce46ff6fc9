import ArgumentParser
import Records

/// A model and the records it is applied to.
package struct ModelOperand: ParsableArguments {
  /// The file of the model; "-" is standard input.
  @Argument(help: "The model; '-' for standard input.", completion: .file())
  package var model: String

  /// The records, which cannot come from standard input when the model does.
  @OptionGroup package var input: InputOptions

  /// What the parser fills in.
  package init() {}

  /// - Throws: `ValidationError` where model and records would share standard input.
  package func validate() throws {
    if model == "-", input.readsStandardInput {
      throw ValidationError("standard input cannot be both the model and the records; name a file for one of them.")
    }
  }

  /// Reads the model, and tells of tensors that it has no place for.
  ///
  /// - Parameter load: makes a model of a document, whose file is named in what it throws.
  /// - Returns: the model, and its document's digest for the history.
  /// - Throws: `Failure` where the file cannot be read, and what `load` throws.
  package func load<Model>(
    _ load: (_ document: ModelDocument, _ name: String) throws -> (model: Model, ignored: [String])
  ) throws -> (model: Model, digest: String) {
    try ModelFile.load(model, limits: input.limits, load)
  }
}

/// A model in a file, in whatever way it is named on the command line.
package enum ModelFile {
  /// Reads the model, and tells of tensors that it has no place for.
  ///
  /// - Parameter load: makes a model of a document, whose file is named in what it throws.
  /// - Returns: the model, and its document's digest for the history.
  /// - Throws: `Failure` where the file cannot be read, and what `load` throws.
  package static func load<Model>(
    _ path: String, limits: StreamLimits,
    _ load: (_ document: ModelDocument, _ name: String) throws -> (model: Model, ignored: [String])
  ) throws -> (model: Model, digest: String) {
    let document = try ModelDocument.read(try InputFile.open(path), limits: limits)
    let (loaded, ignored) = try load(document, path)
    if !ignored.isEmpty {
      let shown = ignored.prefix(5).map(\.printable).joined(separator: ", ") + (ignored.count > 5 ? ", …" : "")
      StandardError.say("\(path): ignored \(ignored.count) tensors that the model has no place for: \(shown)")
    }
    return (loaded, document.digest)
  }
}
