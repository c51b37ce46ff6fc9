import OrderedCollections

/// The head of a document, and the order in which its tensors' bytes follow.
struct DocumentLayout {
  /// The header's length and the header, padded to a multiple of 8 bytes.
  let head: [UInt8]
  /// Indices into the tensors given: those of wide elements first, so that each begins at a multiple of its element's
  /// size, which some readers need; otherwise as given.
  let order: [Int]

  /// The layout of named tensors of given types and shapes. The header names them in the order given.
  init(metadata: [String: String], tensors: [(name: String, type: ElementType, shape: [Int])]) {
    order = tensors.indices.sorted {
      (-tensors[$0].type.byteCount, $0) < (-tensors[$1].type.byteCount, $1)
    }
    var offsets = [Range<Int>](repeating: 0..<0, count: tensors.count)
    var end = 0
    for index in order {
      let start = end
      end += tensors[index].shape.reduce(tensors[index].type.byteCount, *)
      offsets[index] = start..<end
    }
    var members: OrderedDictionary<String, JSON> = [:]
    if !metadata.isEmpty {
      let sorted = metadata.sorted { $0.key < $1.key }
      members["__metadata__"] = .object(
        OrderedDictionary(uniqueKeysWithValues: sorted.map { ($0.key, .string($0.value)) }))
    }
    for (tensor, range) in zip(tensors, offsets) {
      members[tensor.name] = [
        "dtype": .string(tensor.type.rawValue),
        "shape": .array(tensor.shape.map(JSON.integer)),
        "data_offsets": [.integer(range.lowerBound), .integer(range.upperBound)],
      ]
    }
    var header = Array(JSON.object(members).text.utf8)
    header += repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    head = littleEndian(UInt64(header.count)) + header
  }
}

extension Document {
  /// The document's bytes. The same document always gives the same.
  ///
  /// The header names metadata in sorted order, then the tensors in theirs; the bytes of wide elements come first.
  package func serialized() -> [UInt8] {
    let layout = DocumentLayout(
      metadata: metadata, tensors: tensors.map { ($0.key, $0.value.type, $0.value.shape) })
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tensors.values.reduce(layout.head.count) { $0 + $1.bytes.count })
    bytes += layout.head
    for index in layout.order { bytes += tensors.values[index].bytes }
    return bytes
  }
}
