import Records

/// A tar archive in POSIX's ustar form, written front to back. The same files give the same bytes: nobody's, and of the
/// first second of 1970.
struct TarWriter {
  /// What everything is filled up to.
  static let block = 512

  private let output: OutputFile

  init(_ output: OutputFile) { self.output = output }

  /// Adds a file. Precondition: the name has at most 100 bytes, and the file less than 8 GiB.
  func add(_ name: String, _ bytes: [UInt8]) throws {
    precondition(name.utf8.count <= 100 && bytes.count < 1 << 33, "\(name): \(bytes.count) bytes do not fit in a tar")
    var header = [UInt8](repeating: 0, count: Self.block)
    func set(_ text: String, at place: Int) {
      header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
    }
    set(name, at: 0)
    set("0000644", at: 100)
    set("0000000", at: 108)
    set("0000000", at: 116)
    set(Self.octal(bytes.count, digits: 11), at: 124)
    set("00000000000", at: 136)
    // The checksum is taken with spaces in its own place.
    set("        ", at: 148)
    set("0", at: 156)
    set("ustar\0" + "00", at: 257)
    set(Self.octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
    let fill = [UInt8](repeating: 0, count: (Self.block - bytes.count % Self.block) % Self.block)
    try output.write(header + bytes + fill)
  }

  /// Writes the two empty blocks with which an archive ends.
  func finish() throws {
    try output.write([UInt8](repeating: 0, count: 2 * Self.block))
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
