import Glibc
import SystemPackage

/// Bytes kept outside memory: a temporary file without a name, written front to back and then mapped.
package final class SpoolFile {
  /// How many bytes have been appended.
  package private(set) var count = 0

  private let folder: String
  private let descriptor: FileDescriptor
  private var mapping: UnsafeRawBufferPointer?

  /// A new file in the folder that the environment variable `TMPDIR` names, or `/tmp`.
  ///
  /// - Throws: `Failure` of kind `cannotCreate` naming the folder.
  package convenience init() throws {
    let (folder, descriptor) = try Self.unnamedFile()
    self.init(folder: folder, descriptor: descriptor)
  }

  convenience init(folder: String) throws {
    self.init(folder: folder, descriptor: try Self.unnamedFile(in: folder))
  }

  /// A new file without a name, open to be read and written, in the folder that the environment variable `TMPDIR` names,
  /// or `/tmp`.
  ///
  /// - Throws: `Failure` of kind `cannotCreate` naming the folder.
  package static func unnamedFile() throws -> (folder: String, descriptor: FileDescriptor) {
    let named = getenv("TMPDIR").map { String(fileName: $0) } ?? ""
    let folder = named.isEmpty ? "/tmp" : named
    return (folder, try unnamedFile(in: folder))
  }

  private static func unnamedFile(in folder: String) throws -> FileDescriptor {
    var template = ((folder + "/ue-spool-XXXXXX").fileNameBytes + [0]).map { CChar(bitPattern: $0) }
    let number = mkstemp(&template)
    guard number >= 0 else {
      throw Failure(
        .cannotCreate,
        "\(folder): no temporary file can be created: \(Errno(rawValue: errno)); set TMPDIR to another folder")
    }
    // From here on the file is gone when the process is, however it ends.
    _ = unlink(template)
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    return try FileDescriptor(rawValue: number).aboveStandardStreams()
  }

  /// A spool in an open file of the folder, which is closed at the end.
  init(folder: String, descriptor: FileDescriptor) {
    self.folder = folder
    self.descriptor = descriptor
  }

  deinit {
    if let mapping { munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count) }
    try? descriptor.close()
  }

  /// A path by which this process can open the file anew, for as long as the spool is there.
  package var path: String { "/proc/self/fd/\(descriptor.rawValue)" }

  /// Adds bytes at the end. Precondition: the file is not mapped yet.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`, such as on a full disk.
  package func append(_ bytes: [UInt8]) throws {
    precondition(mapping == nil, "a mapped spool does not grow")
    do {
      try descriptor.writeAll(bytes)
    } catch let error as Errno {
      throw Failure(
        .cannotWrite,
        "\(folder): the temporary file cannot be written after \(count) bytes: \(error); "
          + "set TMPDIR to a folder with more space")
    }
    count += bytes.count
  }

  /// Makes the bytes readable.
  ///
  /// - Throws: `Failure` of kind `software` when the system has no address space left.
  package func map() throws {
    guard mapping == nil, count > 0 else { return }
    guard let address = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor.rawValue, 0), address != MAP_FAILED else {
      throw Failure(.software, "the temporary file of \(count) bytes cannot be mapped: \(Errno(rawValue: errno))")
    }
    mapping = UnsafeRawBufferPointer(start: address, count: count)
  }

  /// Pieces of `width` bytes, each at a multiple of `width`, one after the other. Precondition: mapped, and they exist.
  package func pieces(_ indices: [Int], width: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: indices.count * width) { buffer, filled in
      for index in indices {
        precondition(index >= 0 && (index + 1) * width <= count, "piece \(index) of \(width) bytes is not in the spool")
        guard let mapping else { continue }
        UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<filled + width])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: mapping[index * width..<(index + 1) * width]))
        filled += width
      }
    }
  }

  /// The elements of an array of any strides, in row-major order. Precondition: mapped, and all of them exist.
  ///
  /// - Parameters:
  ///   - shape: the size of each dimension.
  ///   - strides: of each dimension, in elements.
  ///   - width: bytes of an element.
  ///   - base: where the first element begins.
  package func elements(shape: [Int], strides: [Int], width: Int, from base: Int) -> [UInt8] {
    precondition(shape.count == strides.count, "\(strides.count) strides for \(shape.count) dimensions")
    let size = shape.reduce(width, *)
    guard let mapping, size > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      func copy(_ dimension: Int, _ place: Int) {
        if dimension == shape.count {
          precondition(place >= 0 && place + width <= count, "an element at byte \(place) is not in the spool")
          UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<filled + width])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: mapping[place..<place + width]))
          filled += width
          return
        }
        for index in 0..<shape[dimension] { copy(dimension + 1, place + index * strides[dimension] * width) }
      }
      copy(0, base)
    }
  }

  /// The SHA-256 of all the bytes. Precondition: mapped, where there are any.
  package func digest() throws -> String { try Digest.sha256(mapping ?? UnsafeRawBufferPointer(start: nil, count: 0)) }

  /// The bytes of a range. Precondition: mapped, unless the range is empty, and they exist.
  package func bytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) is not in the spool")
    guard let mapping, !range.isEmpty else { return [] }
    return Array(UnsafeRawBufferPointer(rebasing: mapping[range]))
  }
}
