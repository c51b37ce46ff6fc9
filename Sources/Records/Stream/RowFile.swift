import Glibc
import SystemPackage

/// Rows of floats outside memory, all of one length and all 0 at first, read and written in any order.
///
/// They lie in a temporary file without a name (`TMPDIR`).
package final class RowFile {
  /// Elements of a row.
  package let width: Int
  private let folder: String
  private let descriptor: FileDescriptor

  /// A file of rows of the given length.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  package init(width: Int) throws {
    self.width = width
    (folder, descriptor) = try SpoolFile.unnamedFile()
  }

  deinit { try? descriptor.close() }

  /// The elements of some rows, one after the other.
  ///
  /// - Throws: `Failure` of kind `missingInput` when the system cannot read.
  package func read(_ rows: [Int]) throws -> [Float] {
    var values = [Float](repeating: 0, count: rows.count * width)
    let bytes = width * MemoryLayout<Float>.stride
    try values.withUnsafeMutableBytes { buffer in
      for (place, row) in rows.enumerated() {
        try read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[place * bytes..<(place + 1) * bytes]), row * bytes)
      }
    }
    return values
  }

  /// Fills the buffer from a place on; what lies beyond the end has never been written and stays 0.
  private func read(into buffer: UnsafeMutableRawBufferPointer, _ offset: Int) throws {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor.rawValue, buffer.baseAddress.map { $0 + done }, buffer.count - done, offset + done)
      if count == 0 { return }
      guard count > 0 || errno == EINTR else {
        throw Failure(.missingInput, "\(folder): the temporary file cannot be read: \(Errno(rawValue: errno))")
      }
      done += max(0, count)
    }
  }

  /// Overwrites rows. Precondition: `values` holds their elements, one row after the other.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`, such as on a full disk.
  package func write(_ rows: [Int], _ values: [Float]) throws {
    precondition(values.count == rows.count * width, "\(values.count) elements for \(rows.count) rows of \(width)")
    let bytes = width * MemoryLayout<Float>.stride
    try values.withUnsafeBytes { buffer in
      for (place, row) in rows.enumerated() {
        var done = 0
        while done < bytes {
          let start = buffer.baseAddress.map { $0 + place * bytes + done }
          let count = pwrite(descriptor.rawValue, start, bytes - done, row * bytes + done)
          guard count > 0 || count < 0 && errno == EINTR else {
            throw Failure(
              .cannotWrite,
              "\(folder): the temporary file cannot be written: \(Errno(rawValue: errno)); "
                + "set TMPDIR to a folder with more space")
          }
          done += max(0, count)
        }
      }
    }
  }
}
