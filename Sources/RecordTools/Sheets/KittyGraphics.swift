/// Pictures for terminals that follow kitty's graphics protocol.
package enum KittyGraphics {
  /// Letters of a PNG in one command; the protocol allows no more.
  private static let chunk = 4096

  /// What shows a PNG where the cursor stands: its bytes in base 64, in commands of which all but the last say that more
  /// follows.
  package static func commands(png: [UInt8]) -> [UInt8] {
    let letters = base64(png)
    var commands: [UInt8] = []
    for start in stride(from: 0, to: letters.count, by: chunk) {
      let end = min(start + chunk, letters.count)
      let keys = (start == 0 ? "a=T,f=100," : "") + "m=\(end < letters.count ? 1 : 0)"
      commands += Array("\u{1B}_G\(keys);".utf8) + letters[start..<end] + Array("\u{1B}\\".utf8)
    }
    return commands + Array("\n".utf8)
  }

  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var letters: [UInt8] = []
    letters.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0...3 {
        letters.append(place <= group.count ? alphabet[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return letters
  }
}
