import Glibc
import SystemPackage

/// A file or standard input, read front to back.
public final class InputFile {
  /// The path as given, or "standard input": what messages call it.
  public let name: String
  private let descriptor: FileDescriptor
  private let isOwned: Bool

  private init(name: String, descriptor: FileDescriptor, isOwned: Bool) {
    self.name = name
    self.descriptor = descriptor
    self.isOwned = isOwned
  }

  deinit {
    // Nothing was written: there is nothing that closing could lose.
    if isOwned { try? descriptor.close() }
  }

  /// Standard input.
  public static var standardInput: InputFile {
    InputFile(name: "standard input", descriptor: .standardInput, isOwned: false)
  }

  /// Opens a file for reading; `-` is standard input.
  ///
  /// - Throws: `Failure` of kind `missingInput` with the system's words, also for a directory.
  public static func open(_ path: String) throws -> InputFile {
    if path == "-" { return standardInput }
    do {
      let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec).aboveStandardStreams()
      let file = InputFile(name: path, descriptor: descriptor, isOwned: true)
      if try descriptor.status().st_mode & S_IFMT == S_IFDIR {
        throw Failure(.missingInput, "\(path): a directory, where a file is expected")
      }
      return file
    } catch let error as Errno {
      throw Failure(.missingInput, "\(path): \(error)")
    }
  }

  /// Reads what there is, at most `count` bytes; empty at the end of the file. Precondition: `count` > 0.
  ///
  /// - Throws: `Failure` of kind `missingInput` when the system cannot read.
  public func read(upTo count: Int) throws -> [UInt8] {
    precondition(count > 0, "reading nothing cannot be told from the end of the file")
    do {
      return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer), retryOnInterrupt: true)
      }
    } catch let error as Errno {
      throw Failure(.missingInput, "\(name): cannot be read: \(error)")
    }
  }
}

extension FileDescriptor {
  /// The same open file under a number above 2, so that a process started with a standard stream closed does not
  /// take this file for that stream.
  package func aboveStandardStreams() throws -> FileDescriptor {
    guard rawValue <= 2 else { return self }
    let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 3)
    let fault = Errno(rawValue: errno)
    try close()
    guard copy >= 0 else { throw fault }
    return FileDescriptor(rawValue: copy)
  }

  /// What the system knows of the open file.
  func status() throws -> Glibc.stat {
    var status = Glibc.stat()
    guard Glibc.fstat(rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    return status
  }
}
