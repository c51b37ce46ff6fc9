import OrderedCollections

extension Document {
  /// Reads a document's bytes; the tensors keep the order in which the header names them.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, when the bytes are no safetensors document, exceed the limits,
  ///   or their tensors do not fill the buffer one after the other exactly.
  package init(parsing bytes: [UInt8], limits: StreamLimits = .init()) throws {
    guard bytes.count <= limits.documentBytes else {
      throw Failure(.data, "the document has \(bytes.count) bytes; at most \(limits.documentBytes) are read")
    }
    let start = try Self.headerEnd(bytes, limits)
    guard start <= bytes.count else {
      throw Failure(.data, "the document's header claims \(start - 8) bytes and \(bytes.count - 8) follow")
    }
    let claims: [Claim]
    (metadata, claims) = try Self.header(Array(bytes[8..<start]))
    tensors = [:]
    try Self.check(claims, fill: bytes.count - start)
    for claim in claims {
      let range = start + claim.bytes.lowerBound..<start + claim.bytes.upperBound
      tensors[claim.name] = Column(type: claim.type, shape: claim.shape, bytes: Array(bytes[range]))
    }
  }

  /// Where the tensors of a document lie that is a mapped spool as a whole, in the order in which the header names them.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, as for `init(parsing:limits:)`.
  package static func places(
    in file: SpoolFile, limits: StreamLimits = .init()
  ) throws -> [(name: String, type: ElementType, shape: [Int], bytes: Range<Int>)] {
    let start = try headerEnd(file.bytes(0..<min(8, file.count)), limits)
    guard start <= file.count else {
      throw Failure(.data, "the document's header claims \(start - 8) bytes and \(file.count - 8) follow")
    }
    let claims = try header(file.bytes(8..<start)).claims
    try check(claims, fill: file.count - start)
    return claims.map {
      ($0.name, $0.type, $0.shape, start + $0.bytes.lowerBound..<start + $0.bytes.upperBound)
    }
  }

  /// How many bytes a document has by its header; nil while not all of the header is among the first bytes given.
  ///
  /// What follows then need not be waited for, such as gigabytes of zeros that a few bytes expand to.
  /// - Throws: `Failure` of kind `data`, without a place, where the bytes begin no document.
  static func byteCount(beginning bytes: [UInt8], limits: StreamLimits) throws -> Int? {
    let start = try headerEnd(bytes, limits)
    guard start <= bytes.count else { return nil }
    let end = try header(Array(bytes[8..<start])).claims.map(\.bytes.upperBound).max() ?? 0
    return start + min(end, limits.documentBytes)
  }

  /// Where the header ends by its own account, and the tensors' bytes begin.
  private static func headerEnd(_ bytes: [UInt8], _ limits: StreamLimits) throws -> Int {
    guard bytes.count >= 8 else {
      throw Failure(.data, "the document has \(bytes.count) bytes, fewer than a safetensors document begins with")
    }
    let length: UInt64 = fromLittleEndian(bytes.prefix(8))
    guard length <= UInt64(limits.headerBytes) else {
      throw Failure(
        .data, "the document's header claims \(length) bytes; at most \(limits.headerBytes) are read")
    }
    return 8 + Int(length)
  }

  /// What the header's text says.
  private static func header(_ text: [UInt8]) throws -> (metadata: [String: String], claims: [Claim]) {
    guard text.first == UInt8(ascii: "{") else {
      throw Failure(.data, "the document's header does not begin with '{', so this is no safetensors document")
    }
    var metadata: [String: String] = [:]
    var claims: [Claim] = []
    do {
      for (name, value) in try JSON(parsing: text).object ?? [:] {
        if name == "__metadata__" {
          metadata = try Self.metadata(value)
        } else {
          claims.append(try Claim(name, value))
        }
      }
    } catch let fault as JSONError {
      throw Failure(.data, "the document's header is damaged: \(fault)")
    }
    return (metadata, claims)
  }

  private static func metadata(_ value: JSON) throws -> [String: String] {
    // The reference library reads null as no metadata.
    if value == .null { return [:] }
    guard let members = value.object else { throw Failure(.data, "the document's __metadata__ is not a JSON object") }
    var metadata: [String: String] = [:]
    for (name, value) in members {
      guard let string = value.string else { throw Failure(.data, "the metadata \(name.quoted) is not a string") }
      metadata[name] = string
    }
    return metadata
  }

  /// Checks that the claims, in the order of their offsets, cover the buffer without overlap and without a hole.
  private static func check(_ claims: [Claim], fill count: Int) throws {
    var end = 0
    let ordered = claims.sorted {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    for claim in ordered {
      guard claim.bytes.upperBound <= count else {
        throw claim.fault("ends at byte \(claim.bytes.upperBound) of the document's data, which has \(count)")
      }
      guard claim.bytes.lowerBound == end else {
        let fault = claim.bytes.lowerBound < end ? "overlaps the one before it" : "leaves a hole before it"
        throw claim.fault("begins at byte \(claim.bytes.lowerBound), where byte \(end) is expected: it \(fault)")
      }
      end = claim.bytes.upperBound
    }
    guard end == count else {
      throw Failure(.data, "the tensors end at byte \(end) of the document's data, which has \(count)")
    }
  }
}

/// What the header says of one tensor.
private struct Claim {
  /// More than any array library makes.
  private static let mostDimensions = 64
  /// More than any document holds. Sums of sizes over the columns of a header then fit a number too.
  private static let mostBytes = 1 << 40

  let name: String
  let type: ElementType
  let shape: [Int]
  let bytes: Range<Int>

  init(_ name: String, _ value: JSON) throws {
    self.name = name
    guard let members = value.object else { throw Self.fault(name, "is not described by a JSON object") }
    if let other = members.keys.first(where: { !["dtype", "shape", "data_offsets"].contains($0) }) {
      throw Self.fault(name, "has an unknown property \(other.quoted)")
    }
    guard let word = members["dtype"]?.string else { throw Self.fault(name, "has no dtype") }
    guard let type = ElementType(rawValue: word) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: " ")
      throw Self.fault(name, "has the unknown type \(word.quoted); known are \(known)")
    }
    self.type = type
    shape = try Self.counts(name, "shape", members["shape"])
    let offsets = try Self.counts(name, "data_offsets", members["data_offsets"])
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw Self.fault(name, "has data_offsets that are not a beginning and an end")
    }
    bytes = offsets[0]..<offsets[1]
    let size = try Self.size(name, type, shape)
    guard bytes.count == size else {
      throw fault("of \(type.rawValue) \(shape) needs \(size) bytes; its data_offsets hold \(bytes.count)")
    }
  }

  func fault(_ words: String) -> Failure { Self.fault(name, words) }

  private static func fault(_ name: String, _ words: String) -> Failure {
    Failure(.data, "the tensor \(name.quoted) \(words)")
  }

  private static func counts(_ name: String, _ property: String, _ value: JSON?) throws -> [Int] {
    guard let elements = value?.array else { throw fault(name, "has no \(property)") }
    guard elements.count <= mostDimensions else {
      throw fault(name, "has a \(property) of \(elements.count) numbers; at most \(mostDimensions) are read")
    }
    return try elements.map {
      guard let count = $0.integer, count >= 0 else {
        throw fault(name, "has a \(property) with \($0.text.quoted), which is no count")
      }
      return count
    }
  }

  /// Type × shape, where even the dimensions beside a zero multiply without overflow, so that no later product can.
  private static func size(_ name: String, _ type: ElementType, _ shape: [Int]) throws -> Int {
    var size = type.byteCount
    for dimension in shape where dimension > 0 {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= mostBytes else { throw fault(name, "has a shape too large for any memory: \(shape)") }
      size = product
    }
    return shape.contains(0) ? 0 : size
  }
}
