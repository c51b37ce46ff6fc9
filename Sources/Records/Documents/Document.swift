import OrderedCollections

/// One safetensors document: metadata and named tensors, in the order in which its header names them.
public struct Document: Sendable, Equatable {
  public var metadata: [String: String]
  public var tensors: OrderedDictionary<String, Column>

  public init(metadata: [String: String] = [:], tensors: OrderedDictionary<String, Column> = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }
}
