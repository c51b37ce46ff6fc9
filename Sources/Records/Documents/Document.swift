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
