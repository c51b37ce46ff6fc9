import OrderedCollections

/// One safetensors document: metadata and named tensors, in the order in which its header names them.
public struct Document: Sendable, Equatable {
  /// What `__metadata__` says.
  public var metadata: [String: String]
  /// The tensors by name, in the order of the document.
  public var tensors: OrderedDictionary<String, Column>

  /// A document of the given parts.
  public init(metadata: [String: String] = [:], tensors: OrderedDictionary<String, Column> = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }
}
