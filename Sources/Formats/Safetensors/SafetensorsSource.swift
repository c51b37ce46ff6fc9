import Records

/// Plain safetensors files as records: every column as it stands.
///
/// A file needs no metadata of ours; one that bears it must say that it holds images.
package struct SafetensorsSource: RecordSource {
  private let limits: StreamLimits
  private var files: ArraySlice<InputFile>
  private var rules = StreamRules()

  /// The files, read one after the other, each whole.
  package init(_ files: [InputFile], limits: StreamLimits = .init()) {
    self.files = files[...]
    self.limits = limits
  }

  /// The records of the next file.
  ///
  /// - Throws: `Failure` of kind `data`, naming the file, when it is damaged, larger than the limit, or holds other
  ///   columns or classes than those before.
  package mutating func next() throws -> ImageBatch? {
    guard let file = files.popFirst() else { return nil }
    do {
      var document = try Document(parsing: Self.bytes(of: file, limits), limits: limits)
      if document.metadata[DocumentKind.kindKey] == nil {
        document.metadata.merge(DocumentKind.images.metadata) { $1 }
      }
      let batch = try ImageBatch(document: document)
      try rules.take(batch)
      return batch
    } catch let fault as Failure where fault.kind == .data {
      throw Failure(.data, "\(file.name): \(fault.message)")
    }
  }

  private static func bytes(of file: InputFile, _ limits: StreamLimits) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let more = try file.read(upTo: 1 << 20)
      if more.isEmpty { return bytes }
      bytes += more
      guard bytes.count <= limits.documentBytes else {
        throw Failure(.data, "more than \(limits.documentBytes) bytes; --max-document sets how many are accepted")
      }
    }
  }
}
