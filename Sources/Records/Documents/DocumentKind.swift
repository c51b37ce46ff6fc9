/// What a document of the record stream holds, as its metadata says.
enum DocumentKind: String {
  case images, model, checkpoint

  static let kindKey = "ue.kind"
  static let versionKey = "ue.version"
  static let version = "1"

  /// Checks that the metadata announces a document of this kind in the version known here.
  ///
  /// - Throws: `Failure` of kind `data`, without a place.
  func check(_ metadata: [String: String]) throws {
    guard let kind = metadata[Self.kindKey] else {
      throw Failure(.data, "expected \(words), found a safetensors document without \"\(Self.kindKey)\"")
    }
    guard kind == rawValue else {
      let found = DocumentKind(rawValue: kind)?.words ?? "a document of kind \(kind.quoted)"
      throw Failure(.data, "expected \(words), found \(found)")
    }
    guard metadata[Self.versionKey] == Self.version else {
      let found = metadata[Self.versionKey].map { "version \($0.quoted)" } ?? "no version"
      throw Failure(.data, "expected version \(Self.version) of \(words), found \(found)")
    }
  }

  /// The metadata that announces a document of this kind.
  var metadata: [String: String] { [Self.kindKey: rawValue, Self.versionKey: Self.version] }

  private var words: String {
    switch self {
    case .images: "records of images"
    case .model: "a model"
    case .checkpoint: "a training's checkpoint"
    }
  }
}
