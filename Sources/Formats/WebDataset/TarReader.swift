import Records

/// The files of a tar archive, one after the other: POSIX's ustar and pax forms and GNU's, plain or gzip. Archives that
/// stand end to end are one, as for `tar -i`.
struct TarReader {
  /// A file of the archive.
  struct Entry {
    let path: String
    let bytes: [UInt8]
  }

  /// Whether the archive ended without the two empty blocks that should end it, every file whole.
  private(set) var lacksEndMark = false
  /// Sparse files that were left out, whose form of storing them is not read, and the first of them.
  private(set) var sparse: (count: Int, first: String?) = (0, nil)

  private let file: DataFile
  private static let block = 512
  /// Larger files in an archive are no pictures.
  private static let maximumByteCount = 1 << 30

  init(_ file: DataFile) { self.file = file }

  /// The next regular file; nil at the end.
  ///
  /// - Throws: `Failure` of kind `data` for what is damaged, cut short, or no tar.
  mutating func next() throws -> Entry? {
    var extended = PaxRecords()
    while let header = try header() {
      let bytes = try contents(header)
      let path = extended.path ?? header.path
      switch header.kind {
      case _ where extended.isSparse, "S":
        sparse = (sparse.count + 1, sparse.first ?? extended.sparseName ?? path)
        extended = PaxRecords()
      case "0", "\0", "7": return Entry(path: path, bytes: bytes)
      case "x": extended.take(bytes)
      case "L": extended.path = String(fileName: bytes.prefix { $0 != 0 })
      case "1", "2":
        throw fault(header.position, "\(path.quoted) is a link; pack files in its place (tar -h --hard-dereference)")
      default: extended = PaxRecords()
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

  /// The next header, behind any number of empty blocks; nil at the end of the file.
  private mutating func header() throws -> Header? {
    var emptyBlocks = 0
    while true {
      let position = file.position
      let bytes = try file.read(upTo: Self.block)
      if bytes.count == Self.block, bytes.allSatisfy({ $0 == 0 }) {
        emptyBlocks += 1
        continue
      }
      if bytes.count == Self.block { return try header(bytes, at: position, behind: emptyBlocks) }
      guard position > 0 else { throw fault(0, bytes.isEmpty ? "the file is empty" : Self.otherKind(bytes)) }
      guard bytes.allSatisfy({ $0 == 0 }) else {
        throw fault(position, "\(bytes.count) bytes of a header: it is cut short")
      }
      lacksEndMark = emptyBlocks == 0
      return nil
    }
  }

  private func header(_ bytes: [UInt8], at position: Int, behind emptyBlocks: Int) throws -> Header {
    let sum = bytes.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    guard Self.octal(bytes[148..<156]) == sum else {
      let words =
        position == 0
        ? Self.otherKind(bytes)
        : emptyBlocks > 0
          ? "what follows the end of the archive is no other one"
          : "a damaged header: its checksum does not agree"
      throw fault(position, words)
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

  private static func otherKind(_ start: [UInt8]) -> String {
    "not a tar archive" + (FileKind(start).map { ", but \($0.advice)" } ?? "")
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(fileName: bytes.prefix { $0 != 0 }) }

  /// Digits with spaces or zeros around them; nil for anything else, such as GNU's form for 8 GiB and more.
  private static func octal(_ bytes: ArraySlice<UInt8>) -> Int? {
    let digits = text(bytes).filter { $0 != " " }
    return digits.isEmpty ? 0 : Int(digits, radix: 8)
  }
}

/// What the headers before a file's own say of it.
private struct PaxRecords {
  /// In place of the path in the header, which is too short for long ones.
  var path: String?
  /// Whether what follows is a sparse file in one of GNU's forms, and the name that it really has.
  private(set) var isSparse = false
  private(set) var sparseName: String?

  /// Takes pax's records, each "LENGTH KEY=VALUE\n".
  mutating func take(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
      length > space - rest.startIndex + 1, length <= rest.count
    {
      let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
      let key = String(decoding: record.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
      let value = String(fileName: record.dropFirst(key.utf8.count + 1))
      if key == "path" { path = value }
      if key == "GNU.sparse.name" { sparseName = value }
      isSparse = isSparse || key.hasPrefix("GNU.sparse.")
      rest = rest.dropFirst(length)
    }
  }
}
