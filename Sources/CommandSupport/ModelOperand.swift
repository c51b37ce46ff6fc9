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
  /// - Throws: `Failure` where the file cannot be read, and what `load` throws.
  package func load<Model>(
    _ load: (_ document: ModelDocument, _ name: String) throws -> (model: Model, ignored: [String])
  ) throws -> ModelFile.Loaded<Model> {
    try ModelFile.load(model, limits: input.limits, load)
  }
}

/// A model in a file, in whatever way it is named on the command line.
package enum ModelFile {
  /// What a file held.
  package struct Loaded<Model> {
    /// The model.
    package let model: Model
    /// What the labels of records are to it.
    package let classes: ClassMatching
    /// Its document's digest, for the history.
    package let digest: String
  }

  /// Reads the model, and tells of tensors that it has no place for.
  ///
  /// - Parameter load: makes a model of a document, whose file is named in what it throws.
  /// - Throws: `Failure` where the file cannot be read, or names more classes than the model has, and what `load` throws.
  package static func load<Model>(
    _ path: String, limits: StreamLimits,
    _ load: (_ document: ModelDocument, _ name: String) throws -> (model: Model, ignored: [String])
  ) throws -> Loaded<Model> {
    let document = try ModelDocument.read(try InputFile.open(path), limits: limits)
    let (loaded, ignored) = try load(document, path)
    if !ignored.isEmpty {
      let shown = ignored.prefix(5).map(\.printable).joined(separator: ", ") + (ignored.count > 5 ? ", …" : "")
      StandardError.say("\(path): ignored \(ignored.count) tensors that the model has no place for: \(shown)")
    }
    let count = document.config["classes"]?.integer ?? 0
    if let names = document.classes, names.count > count {
      throw Failure(.data, "\(path): the model names \(names.count) classes and tells \(count) apart")
    }
    let classes = ClassMatching(count: count, names: document.classes) { StandardError.say("\(path): \($0)") }
    return Loaded(model: loaded, classes: classes, digest: document.digest)
  }
}
