import Glibc
import SystemPackage

/// A file or standard input, read front to back.
package final class InputFile {
  /// The path as given, or "standard input": what messages call it.
  package let name: String
  private var state: State
  private var isOnDisk = false
  /// Bytes that were looked at and not read yet.
  private var peeked: [UInt8] = []

  private enum State {
    case standardInput
    /// A file on disk that nobody has asked for a byte yet.
    case waiting
    case open(FileDescriptor)
    case finished
  }

  private init(name: String, _ state: State) {
    self.name = name
    self.state = state
  }

  deinit { close() }

  /// Standard input.
  package static var standardInput: InputFile { InputFile(name: "standard input", .standardInput) }

  /// A file for reading; `-` is standard input.
  ///
  /// A file on disk is opened when its first byte is asked for and closed behind its last: however many are named, one
  /// after the other they take one place among the files that a process may have open.
  /// - Throws: `Failure` of kind `missingInput` with the system's words, also for a directory; of kind `usage` for a file
  ///   that this process writes in place.
  package static func open(_ path: String) throws -> InputFile {
    if path == "-" {
      let file = standardInput
      if let status = try? FileDescriptor.standardInput.status() { try file.checkIsNotWritten(status) }
      return file
    }
    do {
      guard let status = fileStatus(path) else { throw Errno(rawValue: errno) }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw Failure(.missingInput, "\(path): a directory; ue-decode folder reads pictures in folders")
      case S_IFREG:
        guard path.withFileName({ access($0, R_OK) }) == 0 else { throw Errno(rawValue: errno) }
        let file = InputFile(name: path, .waiting)
        file.isOnDisk = true
        try file.checkIsNotWritten(status)
        return file
      default: return InputFile(name: path, .open(try openNow(path)))
      }
    } catch let error as Errno {
      throw Failure(.missingInput, "\(path): \(error)")
    }
  }

  /// Reads what there is, at most `count` bytes; empty at the end of the file. Precondition: `count` > 0.
  ///
  /// - Throws: `Failure` of kind `missingInput` when the system cannot read.
  package func read(upTo count: Int) throws -> [UInt8] {
    precondition(count > 0, "reading nothing cannot be told from the end of the file")
    if !peeked.isEmpty {
      defer { peeked = Array(peeked.dropFirst(count)) }
      return Array(peeked.prefix(count))
    }
    return try readOn(count)
  }

  /// The next bytes, which stay to be read: `count`, or fewer at the end of the file.
  ///
  /// - Throws: `Failure` of kind `missingInput` when the system cannot read.
  package func peek(_ count: Int) throws -> [UInt8] {
    while peeked.count < count {
      let more = try readOn(count - peeked.count)
      if more.isEmpty { break }
      peeked += more
    }
    return Array(peeked.prefix(count))
  }

  private func readOn(_ count: Int) throws -> [UInt8] {
    do {
      guard let descriptor = try descriptor() else { return [] }
      let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer), retryOnInterrupt: true)
      }
      if bytes.isEmpty { close() }
      return bytes
    } catch let error as Errno {
      throw Failure(.missingInput, "\(name): cannot be read: \(error)")
    }
  }

  /// The same files from their beginnings; nil where one is no file on disk and cannot be read twice.
  ///
  /// - Throws: as `open`.
  package static func reopened(_ files: [InputFile]) throws -> [InputFile]? {
    let names = files.compactMap { $0.isOnDisk ? $0.name : nil }
    return names.count == files.count ? try names.map(open) : nil
  }

  /// What is read of a file that grows by it never ends.
  private func checkIsNotWritten(_ status: Glibc.stat) throws {
    guard OutputFile.isWrittenInPlace(status) else { return }
    throw Failure(
      .usage,
      "\(name): the input file is the output file; write another, or name it with -o, which replaces it at the end")
  }

  private static func openNow(_ path: String) throws -> FileDescriptor {
    try FileDescriptor.open(FilePath(name: path), .readOnly, options: .closeOnExec).aboveStandardStreams()
  }

  /// What to read from; nil behind the end.
  private func descriptor() throws -> FileDescriptor? {
    switch state {
    case .standardInput: return .standardInput
    case .open(let descriptor): return descriptor
    case .finished: return nil
    case .waiting:
      let descriptor = try Self.openNow(name)
      state = .open(descriptor)
      try checkIsNotWritten(descriptor.status())
      return descriptor
    }
  }

  private func close() {
    // Nothing was written: there is nothing that closing could lose.
    if case .open(let descriptor) = state { try? descriptor.close() }
    if case .standardInput = state { return }
    state = .finished
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

  /// Whether the open file is the one that now stands under a path.
  package func stands(at path: String) -> Bool {
    guard let named = fileStatus(path), let opened = try? status() else { return false }
    return opened.isSameFile(as: named)
  }

  /// What the system knows of the open file.
  func status() throws -> Glibc.stat {
    var status = Glibc.stat()
    guard Glibc.fstat(rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    return status
  }
}

extension Glibc.stat {
  /// Whether both are of one file, whatever names led to it.
  func isSameFile(as other: Glibc.stat) -> Bool { st_ino == other.st_ino && st_dev == other.st_dev }

  /// Whether it is of a regular file, and not of a device or pipe.
  var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
}
