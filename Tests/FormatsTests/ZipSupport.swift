import Records

@testable import Formats

/// Zip archives for the tests, written apart from the product's reader.
enum ZipSupport {
  /// An archive of stored files, in their order.
  ///
  /// - Parameter change: may damage a file's checksum, claimed size, method and flags before they are written.
  static func archive(
    _ files: [(name: String, bytes: [UInt8])], change: (Int, inout Fields) -> Void = { _, _ in }
  ) -> [UInt8] {
    var (archive, directory): ([UInt8], [UInt8]) = ([], [])
    for (index, file) in files.enumerated() {
      var fields = Fields(checksum: checksum(file.bytes), packed: file.bytes.count, size: file.bytes.count)
      change(index, &fields)
      let name = Array(file.name.utf8)
      let common =
        number(fields.flags, 2) + number(fields.method, 2) + number(0, 4) + number(Int(fields.checksum), 4)
        + number(fields.packed, 4) + number(fields.size, 4) + number(name.count, 2) + number(0, 2)
      directory +=
        number(0x0201_4B50, 4) + number(20, 2) + number(20, 2) + common + number(0, 2) + number(0, 2) + number(0, 2)
        + number(0, 4) + number(fields.offset ?? archive.count, 4) + name
      archive += number(0x0403_4B50, 4) + number(20, 2) + common + name + file.bytes
    }
    let start = archive.count
    return archive + directory + number(0x0605_4B50, 4) + number(0, 4) + number(files.count, 2)
      + number(files.count, 2) + number(directory.count, 4) + number(start, 4) + number(0, 2)
  }

  struct Fields {
    var checksum: UInt32
    var packed: Int
    var size: Int
    var method = 0
    var flags = 0
    /// Where the file's own header lies, where it is not where it should be.
    var offset: Int?
  }

  static func number(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }

  /// An `.npy` file of float32.
  static func numPy(_ values: [Float], shape: [Int], order: String = "False") -> [UInt8] {
    let words = shape.map { "\($0), " }.joined()
    let header = Array("{'descr': '<f4', 'fortran_order': \(order), 'shape': (\(words)), }\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + number(header.count, 2) + header
      + values.withUnsafeBytes { Array($0) }
  }
}
