import Glibc
import SystemPackage

/// Names of files are bytes to the system, and a `String` here holds any of them: a byte that is no part of UTF-8 stands
/// in it as one of the last 128 scalars there are, U+10FF80 to U+10FFFF for 0x80 to 0xFF, which mean nothing else. Where
/// a name holds those scalars themselves, their bytes are kept in the same way.
extension String {
  fileprivate static let keptBytes: ClosedRange<UInt32> = 0x10FF80...0x10FFFF

  /// The text of bytes that the system gave, or a file of names.
  package init(fileName bytes: some Collection<UInt8>) {
    if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: \.isKeptByte) {
      self = text
      return
    }
    var text = String.UnicodeScalarView()
    var rest = Array(bytes)[...]
    while let first = rest.first {
      let character = (1...4).lazy.compactMap { length -> Unicode.Scalar? in
        guard length <= rest.count else { return nil }
        return String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars.first
      }.first
      if let character, !character.isKeptByte {
        text.append(character)
        rest = rest.dropFirst(UTF8.width(character))
      } else {
        text.append(Unicode.Scalar(keeping: first))
        rest = rest.dropFirst()
      }
    }
    self.init(text)
  }

  /// The text of a C string that the system gave.
  package init(fileName pointer: UnsafePointer<CChar>) {
    self.init(fileName: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
  }

  /// The bytes that the text stands for.
  package var fileNameBytes: [UInt8] {
    guard unicodeScalars.contains(where: \.isKeptByte) else { return Array(utf8) }
    return unicodeScalars.flatMap {
      $0.isKeptByte ? [UInt8(truncatingIfNeeded: $0.value)] : Array(UTF8.encode($0) ?? .init())
    }
  }

  /// The bytes that the text stands for, as a C string; what would follow a zero among them is no part of it.
  package func withFileName<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try (fileNameBytes + [0]).withUnsafeBytes { bytes in
      try bytes.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else { preconditionFailure("a C string without its end") }
        return try body(start)
      }
    }
  }
}

extension Unicode.Scalar {
  /// Whether it stands for a byte of a name that is not UTF-8.
  var isKeptByte: Bool { String.keptBytes.contains(value) }

  fileprivate init(keeping byte: UInt8) {
    // All of the range are scalars.
    self = Unicode.Scalar(0x10FF00 | UInt32(byte)) ?? "\u{FFFD}"
  }
}

extension FilePath {
  /// The path that a name stands for.
  package init(name: String) { self = name.withFileName { FilePath(platformString: $0) } }

  /// What stands for the path.
  package var name: String { withPlatformString { String(fileName: $0) } }
}

/// What the system knows of the file under a name, links followed; nil where it gives none, for the reason in `errno`.
package func fileStatus(_ name: String) -> Glibc.stat? {
  var status = Glibc.stat()
  return name.withFileName { stat($0, &status) } == 0 ? status : nil
}

/// Gives a file another name, that of a file that stands there included; false where the system refuses, for the reason in
/// `errno`.
package func renamed(_ name: String, to other: String) -> Bool {
  name.withFileName { name in other.withFileName { rename(name, $0) } } == 0
}
