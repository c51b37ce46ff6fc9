/// Tar archives in memory.
enum StoredTar {
  /// An archive of files.
  static func bytes(_ files: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
    files.flatMap { file -> [UInt8] in
      var header = [UInt8](repeating: 0, count: 512)
      func set(_ text: String, at place: Int) {
        header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
      }
      set(file.name, at: 0)
      set(octal(file.bytes.count, digits: 11), at: 124)
      set("        ", at: 148)
      set("0", at: 156)
      set(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
      return header + file.bytes + [UInt8](repeating: 0, count: (512 - file.bytes.count % 512) % 512)
    } + [UInt8](repeating: 0, count: 1024)
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
