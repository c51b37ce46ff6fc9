/// What a file of the record stream holds. Making one reads and checks the whole of it.
package enum StreamSummary: Sendable {
  case records(RecordSummary)
  case model(ModelDocument)
  case checkpoint(CheckpointDocument)

  /// Reads a file to its end.
  ///
  /// - Throws: `Failure` of kind `data`, naming file, frame and byte, for anything that the format forbids: damage,
  ///   truncation, columns that change, pictures or labels out of range, more than a model or a checkpoint beside one.
  package init(_ input: InputFile, limits: StreamLimits = .init()) throws {
    let frames = try FrameReader.ofDocuments(input, limits: limits)
    guard case .document(let bytes) = try frames.next() else {
      throw frames.failure("expected records or a model, found an end mark")
    }
    let kind = try frames.locating { try Document(parsing: bytes, limits: limits).metadata[DocumentKind.kindKey] }
    switch kind.flatMap(DocumentKind.init) {
    case .model: self = .model(try ModelDocument.read(frames, first: bytes, limits: limits))
    case .checkpoint: self = .checkpoint(try CheckpointDocument.read(frames, first: bytes, limits: limits))
    case .images, nil: self = .records(try RecordSummary(frames, first: bytes, limits: limits))
    }
  }
}

extension FrameReader {
  /// A failure at a record of the document read last.
  func failure(_ fault: ValueFault) -> Failure {
    Failure(.data, "\(position), record \(fault.record) of it: \(fault.words)")
  }
}
