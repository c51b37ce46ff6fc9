import Records

/// The files of a tar archive, one after the other: POSIX's ustar and pax forms and GNU's, plain or gzip.
struct TarReader {
  /// A file of the archive.
  struct Entry {
    let path: String
    let bytes: [UInt8]
  }

  private let file: DataFile
  private static let block = 512
  /// Larger files in an archive are no pictures.
  private static let maximumByteCount = 1 << 30

  init(_ file: DataFile) { self.file = file }

  /// The next regular file; nil at the end.
  ///
  /// - Throws: `Failure` of kind `data` for what is damaged, cut short, or no tar.
  func next() throws -> Entry? {
    var longPath: String?
    while let header = try header() {
      let bytes = try contents(header)
      switch header.kind {
      case "0", "\0", "7": return Entry(path: longPath ?? header.path, bytes: bytes)
      case "x": longPath = Self.paxPath(bytes) ?? longPath
      case "L": longPath = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      case "1", "2":
        let name = (longPath ?? header.path).quoted
        throw fault(header.position, "\(name) is a link; pack files in its place (tar -h --hard-dereference)")
      default: longPath = nil
      }
    }
    return nil
  }

  private struct Header {
    let path: String
    let byteCount: Int
    let kind: Character
    let position: Int
  }

  private func header() throws -> Header? {
    let position = file.position
    let bytes = try file.read(upTo: Self.block)
    // An archive ends in two empty blocks, and what may follow them is no part of it.
    if bytes.count == Self.block, bytes.allSatisfy({ $0 == 0 }) { return nil }
    guard bytes.count == Self.block else {
      guard position > 0 else { throw fault(0, bytes.isEmpty ? "the file is empty" : "not a tar archive") }
      throw fault(position, "the archive ends without its mark: it is cut short")
    }
    let sum = bytes.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    guard Self.octal(bytes[148..<156]) == sum else {
      throw fault(position, position == 0 ? "not a tar archive" : "a damaged header: its checksum does not agree")
    }
    guard let byteCount = Self.octal(bytes[124..<136]), (0...Self.maximumByteCount).contains(byteCount) else {
      throw fault(position, "a file of no size or of more than \(Self.maximumByteCount) bytes, which is no picture")
    }
    let isPOSIX = bytes[257..<263].elementsEqual(Array("ustar".utf8) + [0])
    let prefix = isPOSIX ? Self.text(bytes[345..<500]) : ""
    let name = Self.text(bytes[0..<100])
    return Header(
      path: prefix.isEmpty ? name : "\(prefix)/\(name)", byteCount: byteCount,
      kind: Character(Unicode.Scalar(bytes[156])), position: position)
  }

  private func contents(_ header: Header) throws -> [UInt8] {
    let filled = (header.byteCount + Self.block - 1) / Self.block * Self.block
    let bytes = try file.read(upTo: filled)
    guard bytes.count == filled else { throw fault(header.position, "\(header.path.quoted) is cut short") }
    return Array(bytes.prefix(header.byteCount))
  }

  private func fault(_ position: Int, _ words: String) -> Failure {
    Failure(.data, "\(file.name): byte \(position): \(words)")
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Digits with spaces or zeros around them; nil for anything else, such as GNU's form for 8 GiB and more.
  private static func octal(_ bytes: ArraySlice<UInt8>) -> Int? {
    let digits = text(bytes).filter { $0 != " " }
    return digits.isEmpty ? 0 : Int(digits, radix: 8)
  }

  /// The path among pax's records, each "LENGTH KEY=VALUE\n".
  private static func paxPath(_ bytes: [UInt8]) -> String? {
    var rest = bytes[...]
    while let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
      length > space - rest.startIndex, length <= rest.count
    {
      let record = String(decoding: rest[(space + 1)..<(rest.startIndex + length)], as: UTF8.self)
      if record.hasPrefix("path=") { return String(record.dropFirst(5).dropLast()) }
      rest = rest.dropFirst(length)
    }
    return nil
  }
}
