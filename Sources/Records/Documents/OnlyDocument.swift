extension FrameReader {
  /// A reader of one file whose frames hold safetensors documents.
  package static func ofDocuments(_ input: InputFile, limits: StreamLimits) throws -> FrameReader {
    try FrameReader(input, limits: limits) { try Document.byteCount(beginning: $0, limits: limits) }
  }
}

/// Files that hold one document and its end mark, which counts 1.
extension FrameReader {
  /// The document that a file begins with.
  ///
  /// - Parameter words: what it ought to be, for messages.
  /// - Throws: `Failure` of kind `data` where there is none.
  func firstDocument(_ words: String) throws -> [UInt8] {
    guard case .document(let bytes) = try next() else { throw failure("expected \(words), found an end mark") }
    return bytes
  }

  /// What `parse` makes of the document read last, behind which only the end mark may come.
  ///
  /// - Parameter word: what it is, for messages.
  /// - Throws: `Failure` of kind `data`, naming file, frame and byte.
  func onlyDocument<Value>(_ bytes: [UInt8], _ word: String, _ parse: ([UInt8]) throws -> Value) throws -> Value {
    let value = try locating { try parse(bytes) }
    guard case .endMark(let count) = try next() else {
      throw failure("expected the end mark after the \(word); a file holds one \(word) only")
    }
    guard count == 1 else { throw failure("the end mark of a \(word) counts 1; this one counts \(count)") }
    guard try next() == nil else {
      throw failure("expected nothing after the \(word)'s end mark; a file holds one \(word) only")
    }
    return value
  }
}
