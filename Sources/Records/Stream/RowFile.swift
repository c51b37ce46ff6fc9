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

  /// Has `body` called with the elements of the first rows, one after the other, as they lie in the file: mapped, and not
  /// read into memory. They must not be written meanwhile.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`; of kind `software` when the system has no address space left; what `body`
  ///   throws.
  package func withRows<Result>(
    _ count: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) throws -> Result {
    let bytes = count * width * MemoryLayout<Float>.stride
    guard bytes > 0 else { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
    var status = Glibc.stat()
    // Behind the end of a file a mapping cannot be read.
    guard fstat(descriptor.rawValue, &status) == 0,
      status.st_size >= bytes || ftruncate(descriptor.rawValue, bytes) == 0
    else {
      throw Failure(.cannotWrite, "\(folder): the temporary file cannot be extended: \(Errno(rawValue: errno))")
    }
    guard let start = mmap(nil, bytes, PROT_READ, MAP_SHARED, descriptor.rawValue, 0), start != MAP_FAILED else {
      throw Failure(
        .software, "\(folder): the temporary file of \(bytes) bytes cannot be mapped: \(Errno(rawValue: errno))")
    }
    defer { munmap(start, bytes) }
    let floats = start.bindMemory(to: Float.self, capacity: count * width)
    return try body(UnsafeBufferPointer(start: floats, count: count * width))
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
