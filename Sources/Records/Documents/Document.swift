import COpenSSL
import OrderedCollections

/// One safetensors document: metadata and named tensors, in the order in which its header names them.
package struct Document: Sendable, Equatable {
  /// What `__metadata__` says.
  package var metadata: [String: String]
  /// The tensors by name, in the order of the document.
  package var tensors: OrderedDictionary<String, Column>

  /// A document of the given parts.
  package init(metadata: [String: String] = [:], tensors: OrderedDictionary<String, Column> = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }
}

/// What a document of the record stream holds, as its metadata says.
package enum DocumentKind: String {
  /// Records of images.
  case images
  /// A model's weights and what rebuilds it.
  case model
  /// A training's state.
  case checkpoint

  /// The key of the metadata that names the kind.
  package static let kindKey = "ue.kind"
  static let versionKey = "ue.version"
  static let version = "1"

  /// Checks that the metadata announces a document of this kind in the version known here.
  ///
  /// - Throws: `Failure` of kind `data`, without a place.
  package func check(_ metadata: [String: String]) throws {
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
  package var metadata: [String: String] { [Self.kindKey: rawValue, Self.versionKey: Self.version] }

  private var words: String {
    switch self {
    case .images: "records of images"
    case .model: "a model"
    case .checkpoint: "a training's checkpoint"
    }
  }
}

/// SHA-256 of bytes, as `sha256sum` prints it.
enum Digest {
  /// "sha256:" and 64 hexadecimal digits.
  ///
  /// - Throws: `Failure` of kind `software` where the cryptographic library has no SHA-256.
  static func sha256(_ bytes: [UInt8]) throws -> String { try bytes.withUnsafeBytes { try sha256($0) } }

  /// The same of bytes that lie elsewhere.
  static func sha256(_ bytes: UnsafeRawBufferPointer) throws -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_Digest(bytes.baseAddress, bytes.count, &digest, &count, EVP_sha256(), nil) == 1 else {
      throw Failure(.software, "the cryptographic library cannot compute SHA-256")
    }
    let digits = digest.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return "sha256:" + digits.joined()
  }
}
