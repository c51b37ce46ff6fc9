import Records

/// The files within a zip archive that lies in a mapped spool, found by its central directory.
struct ZipArchive {
  /// One of the files.
  struct Entry {
    let name: String
    /// 0 for stored, 8 for deflated.
    fileprivate let method: Int
    fileprivate let isEncrypted: Bool
    fileprivate let checksum: UInt32
    fileprivate let packedSize: Int
    /// Bytes when unpacked.
    let size: Int
    fileprivate let header: Int
  }

  /// The first bytes of an archive that is not empty.
  static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  /// What messages call it.
  let name: String
  /// In the order of the directory.
  private(set) var entries: [Entry] = []
  private var places: [String: Int] = [:]
  private let file: SpoolFile

  /// More files than any archive of arrays holds.
  private static let mostEntries = 1 << 16
  /// Deflate makes its input at most so many times smaller.
  private static let largestRatio = 1032

  /// - Throws: `Failure` of kind `data` for a damaged directory.
  init(_ file: SpoolFile, name: String) throws {
    (self.file, self.name) = (file, name)
    let directory = try directory()
    var place = directory.start
    for _ in 0..<directory.count {
      let header = try ZipFields(file, place, 46, signature: 0x0201_4B50, in: name)
      let lengths = (name: header.u16(28), extra: header.u16(30), comment: header.u16(32))
      let tail = try ZipFields(file, place + 46, lengths.name + lengths.extra, in: name)
      entries.append(try Self.entry(header, tail, nameLength: lengths.name, in: name))
      place += 46 + lengths.name + lengths.extra + lengths.comment
    }
    places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// The first file of a name.
  func entry(named name: String) -> Entry? { places[name].map { entries[$0] } }

  /// A file's bytes, where they lie unpacked.
  ///
  /// - Throws: `Failure` of kind `data` for a damaged, an encrypted, or an unknown form; `cannotWrite` where there is no
  ///   room to unpack it.
  func contents(_ entry: Entry) throws -> (file: SpoolFile, range: Range<Int>) {
    guard !entry.isEncrypted else { throw fault(entry, "is encrypted") }
    let header = try ZipFields(file, entry.header, 30, signature: 0x0403_4B50, in: name)
    let start = entry.header + 30 + header.u16(26) + header.u16(28)
    guard start <= file.count, entry.packedSize <= file.count - start else { throw fault(entry, "is cut short") }
    let packed = start..<start + entry.packedSize
    switch entry.method {
    case 0:
      guard entry.size == entry.packedSize else { throw fault(entry, "is stored in another size than its own") }
      guard checksum(file, packed) == entry.checksum else { throw fault(entry, "is damaged: its checksum is wrong") }
      return (file, packed)
    case 8:
      guard entry.size / Self.largestRatio <= entry.packedSize else { throw fault(entry, "claims an absurd size") }
      let unpacked = try SpoolFile()
      let isWhole = try Inflater(.bare).unpack(file, packed, into: unpacked, limit: entry.size)
      guard isWhole, unpacked.count == entry.size else { throw fault(entry, "is damaged: it does not unpack") }
      try unpacked.map()
      guard checksum(unpacked, 0..<entry.size) == entry.checksum else {
        throw fault(entry, "is damaged: its checksum is wrong")
      }
      return (unpacked, 0..<entry.size)
    default: throw fault(entry, "is packed by method \(entry.method); stored and deflated files are read")
    }
  }

  /// A failure of kind `data` about a file of the archive.
  func fault(_ entry: Entry, _ words: String) -> Failure { Failure(.data, "\(name): \(entry.name.quoted) \(words)") }

  /// Where the central directory begins, and how many entries it has.
  private func directory() throws -> (start: Int, count: Int) {
    let longestTail = 22 + 0xFFFF
    let first = max(0, file.count - longestTail)
    let tail = file.bytes(first..<file.count)
    let end = stride(from: tail.count - 22, through: 0, by: -1).first {
      tail[$0] == 0x50 && tail[$0 + 1] == 0x4B && tail[$0 + 2] == 0x05 && tail[$0 + 3] == 0x06
    }
    guard let end else { throw Failure(.data, "\(name): the zip archive has no directory; it may be cut short") }
    let record = try ZipFields(file, first + end, 22, in: name)
    var (count, start) = (record.u16(10), record.u32(16))
    if count == 0xFFFF || start == 0xFFFF_FFFF {
      let locator = try ZipFields(file, first + end - 20, 20, signature: 0x0706_4B50, in: name)
      let large = try ZipFields(file, locator.u64(8), 56, signature: 0x0606_4B50, in: name)
      (count, start) = (large.u64(32), large.u64(48))
    }
    guard (0...Self.mostEntries).contains(count) else {
      throw Failure(.data, "\(name): the zip archive claims \(count) files; at most \(Self.mostEntries) are read")
    }
    return (start, count)
  }

  private static func entry(
    _ header: ZipFields, _ tail: ZipFields, nameLength: Int, in archive: String
  ) throws -> Entry {
    var (packed, size, offset) = (header.u32(20), header.u32(24), header.u32(42))
    var place = nameLength
    while place + 4 <= tail.count {
      let (kind, length) = (tail.u16(place), tail.u16(place + 2))
      var field = place + 4
      let end = min(tail.count, field + length)
      // ZIP64: the sizes that did not fit their 32 bits, in this order.
      func next(_ value: Int) -> Int {
        guard value == 0xFFFF_FFFF, field + 8 <= end else { return value }
        defer { field += 8 }
        return tail.u64(field)
      }
      if kind == 1 { (size, packed, offset) = (next(size), next(packed), next(offset)) }
      place += 4 + length
    }
    guard size >= 0, packed >= 0, offset >= 0 else {
      throw Failure(.data, "\(archive): the zip archive's directory is damaged")
    }
    return Entry(
      name: String(decoding: tail.bytes.prefix(nameLength), as: UTF8.self), method: header.u16(10),
      isEncrypted: header.u16(8) & 1 == 1, checksum: UInt32(header.u32(16)), packedSize: packed, size: size,
      header: offset)
  }

  private func checksum(_ file: SpoolFile, _ range: Range<Int>) -> UInt32 {
    var sum = CRC32()
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 20) {
      sum.add(file.bytes(start..<min(range.upperBound, start + 1 << 20)))
    }
    return sum.value
  }
}

/// Some bytes of an archive, read as little-endian numbers.
private struct ZipFields {
  let bytes: [UInt8]
  var count: Int { bytes.count }

  /// - Throws: `Failure` of kind `data` where the bytes are not there or begin with another signature.
  init(_ file: SpoolFile, _ start: Int, _ count: Int, signature: Int? = nil, in name: String) throws {
    guard start >= 0, start <= file.count, count <= file.count - start else {
      throw Failure(.data, "\(name): the zip archive is damaged: it points beyond its end")
    }
    bytes = file.bytes(start..<start + count)
    if let signature, u32(0) != signature {
      throw Failure(.data, "\(name): the zip archive is damaged: byte \(start) does not begin what should be there")
    }
  }

  func u16(_ place: Int) -> Int { number(place, 2) }
  func u32(_ place: Int) -> Int { number(place, 4) }
  /// Negative for a number that no size can be.
  func u64(_ place: Int) -> Int { number(place, 8) }

  private func number(_ place: Int, _ width: Int) -> Int {
    bytes[place..<place + width].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
