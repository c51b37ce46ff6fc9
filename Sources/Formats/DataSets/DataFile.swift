import Records

/// The bytes of one of a data set's files, in order; a gzip file, told by its first bytes, is unpacked on the way.
///
/// No format read here begins with gzip's two bytes.
final class DataFile {
  /// The file's path, or what stands for it in messages.
  let name: String
  /// How many bytes have been handed out, counted after unpacking.
  private(set) var position = 0

  private static let piece = 1 << 18
  private let input: InputFile?
  private let gzip: GzipFile?
  /// What is left of the part of a spool that is read instead of a file.
  private var part: (spool: SpoolFile, rest: Range<Int>)?
  private var pending: ArraySlice<UInt8> = []

  init(_ input: InputFile) throws {
    self.input = input
    name = input.name
    var first: [UInt8] = []
    while first.count < 2 {
      let more = try input.read(upTo: Self.piece)
      if more.isEmpty { break }
      first += more
    }
    if first.starts(with: GzipFile.signature) {
      gzip = try GzipFile(input, first: first)
    } else {
      gzip = nil
      pending = first[...]
    }
  }

  /// A part of a mapped spool as a file of its own.
  init(_ spool: SpoolFile, _ range: Range<Int>, name: String) {
    self.name = name
    (input, gzip) = (nil, nil)
    part = (spool, range)
  }

  /// The next `count` bytes, or what is left of them before the end.
  func read(upTo count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    // A header may claim any count: memory grows with what is there.
    bytes.reserveCapacity(min(count, 1 << 23))
    while bytes.count < count {
      if pending.isEmpty {
        pending = try more(upTo: count - bytes.count)
        if pending.isEmpty { break }
      }
      let part = pending.prefix(count - bytes.count)
      bytes += part
      pending = pending.dropFirst(part.count)
    }
    position += bytes.count
    return bytes
  }

  private func more(upTo count: Int) throws -> ArraySlice<UInt8> {
    if let gzip { return try gzip.next()[...] }
    if let input { return try input.read(upTo: min(count, Self.piece))[...] }
    guard let (spool, rest) = part else { return [] }
    let next = rest.prefix(min(count, Self.piece))
    part = (spool, next.upperBound..<rest.upperBound)
    return spool.bytes(next)[...]
  }
}

/// A gzip file unpacked piece by piece; members that stand end to end are one file.
struct GzipFile {
  /// The first bytes of such a file.
  static let signature: [UInt8] = [0x1F, 0x8B]

  private let input: InputFile
  private let inflater: Inflater

  /// - Parameter first: what has been read of the file already, at least the signature.
  init(_ input: InputFile, first: [UInt8]) throws {
    self.input = input
    inflater = try Inflater(.gzip)
    inflater.take(first)
  }

  /// The next bytes of the unpacked file; none at its end.
  ///
  /// - Throws: `Failure` (data) when the file is cut short, a checksum is wrong, or something else follows a member.
  func next() throws -> [UInt8] {
    while true {
      if inflater.needsInput {
        let packed = try input.read(upTo: Inflater.piece)
        if packed.isEmpty {
          guard inflater.hasEnded else { throw Failure(.data, "\(input.name): the gzip file is cut short") }
          return []
        }
        inflater.take(packed)
      }
      if inflater.hasEnded { inflater.restart() }
      do {
        let bytes = try inflater.next()
        if !bytes.isEmpty { return bytes }
      } catch {
        throw Failure(.data, "\(input.name): damaged gzip file: \(error.words)")
      }
    }
  }
}
