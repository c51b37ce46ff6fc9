import Glibc
import Locking
import SystemPackage

/// A file or standard output, written front to back; every fault of the system is thrown.
package final class OutputFile {
  /// The path as given, or "standard output": what messages call it.
  package let name: String
  private let descriptor: FileDescriptor
  private let destination: Destination
  private var isOpen = true

  private enum Destination {
    case standardOutput
    /// A device or pipe: written in place.
    case inPlace
    /// A regular file: written aside, under a name in the same folder, and renamed at the end.
    case renamed(temporary: String, final: String)
  }

  private init(name: String, descriptor: FileDescriptor, destination: Destination) {
    self.name = name
    self.descriptor = descriptor
    self.destination = destination
  }

  deinit { discard() }

  /// Standard output.
  package static var standardOutput: OutputFile {
    OutputFile(name: "standard output", descriptor: .standardOutput, destination: .standardOutput)
  }

  /// Temporary files not yet renamed or removed: what a signal's handler has to unlink. Safe from any thread.
  package static var pendingTemporaries: [String] { TemporaryFiles.all }

  /// Starts a file that appears under its name, replacing any other, when `commit` is called.
  ///
  /// What processes that were killed left of it is removed. A path that names a device or pipe is written in place, and so is an open file by its number (`/dev/fd/3`).
  /// - Throws: `Failure` of kind `cannotCreate` with the system's words; of kind `usage` where this process is writing the
  ///   same file already.
  package static func create(_ path: String) throws -> OutputFile {
    do {
      if let open = try openFile(path) {
        try openInPlace.withLock { $0.append(try open.status()) }
        return OutputFile(name: path, descriptor: open, destination: .inPlace)
      }
      // A link keeps pointing where it points: the file behind it is replaced.
      let target = resolved(path)
      let status = fileStatus(target)
      if let status, status.st_mode & S_IFMT != S_IFREG {
        let descriptor = try FileDescriptor.open(FilePath(name: target), .writeOnly, options: .closeOnExec)
        return OutputFile(name: path, descriptor: try descriptor.aboveStandardStreams(), destination: .inPlace)
      }
      try checkAlone(path)
      removeLeftovers(of: target)
      let (descriptor, temporary) = try openAside(target)
      let file = OutputFile(
        name: path, descriptor: descriptor, destination: .renamed(temporary: temporary, final: target))
      if let status, fchmod(descriptor.rawValue, status.st_mode & 0o777) != 0 { throw Errno(rawValue: errno) }
      return file
    } catch let error as Errno {
      throw Failure(.cannotCreate, "\(path): cannot be created: \(error)")
    }
  }

  /// Files that were opened by the number of an open file, which need not be standard output.
  private static let openInPlace = Locked<[Glibc.stat]>([])

  /// Whether the file, a regular one, is standard output or another that this process writes in place: it grows while it is
  /// read, where it is an input too.
  static func isWrittenInPlace(_ status: Glibc.stat) -> Bool {
    guard status.isRegularFile else { return false }
    let output = try? FileDescriptor.standardOutput.status()
    return ([output].compactMap { $0 } + openInPlace.withLock { $0 }).contains { $0.isSameFile(as: status) }
  }

  /// - Throws: `Failure` of kind `usage` where this process is writing a file of that name already.
  package static func checkAlone(_ path: String) throws {
    if TemporaryFiles.isPending(resolved(path)) {
      throw Failure(.usage, "\(path): two outputs would go to this file; give each a name of its own")
    }
  }

  /// Whether it is a terminal.
  package var isTerminal: Bool { isatty(descriptor.rawValue) == 1 }

  /// Whether something stands under the path.
  package static func exists(_ path: String) -> Bool {
    fileStatus(path) != nil
  }

  /// Writes all the bytes.
  ///
  /// - Throws: `Failure` of kind `cannotWrite` with the system's words.
  package func write(_ bytes: [UInt8]) throws {
    precondition(isOpen, "\(name) has been closed")
    do {
      try descriptor.writeAll(bytes)
    } catch let error as Errno {
      throw Failure(.cannotWrite, "\(name): cannot be written: \(error)")
    }
  }

  /// Makes sure that all has been written, and gives the file its name. Nothing can be written after.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`; the temporary file is removed then.
  package func commit() throws {
    precondition(isOpen, "\(name) has been closed")
    defer { discard() }
    do {
      switch destination {
      case .standardOutput:
        // Some file systems report a failed write at the closing; the stream itself stays open for its owner.
        try descriptor.duplicate().close()
      case .inPlace:
        isOpen = false
        try descriptor.close()
      case .renamed(let temporary, let final):
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
        // Closing gives up the lock, and who looks for leftovers must not find the file without it.
        guard renamed(temporary, to: final) else { throw Errno(rawValue: errno) }
        TemporaryFiles.forget(temporary)
        isOpen = false
        try descriptor.close()
      }
    } catch let error as Errno {
      if case .renamed(let temporary, _) = destination { TemporaryFiles.remove(temporary) }
      throw Failure(.cannotWrite, "\(name): cannot be written: \(error)")
    }
  }

  /// Gives up: a temporary file is removed, whatever stood under the name stays. Harmless after `commit`.
  package func discard() {
    guard isOpen else { return }
    isOpen = false
    switch destination {
    case .standardOutput: break
    case .inPlace: try? descriptor.close()
    case .renamed(let temporary, _):
      try? descriptor.close()
      TemporaryFiles.remove(temporary)
    }
  }

  /// What temporary names begin with. Long names are cut: the temporary one must fit where the final one does.
  static func temporaryPrefix(of name: FilePath.Component) -> String { ".\(name.string.prefix(40))." }

  /// The path with all links followed, as far as it exists: of two paths of one file the same.
  static func resolved(_ path: String) -> String {
    if let whole = existing(path) { return whole }
    let target = FilePath(name: path)
    let folder = target.removingLastComponent()
    guard let last = target.lastComponent, last.kind == .regular, !path.hasSuffix("/"),
      let real = existing(folder.isEmpty ? "." : folder.name)
    else { return path }
    return FilePath(name: real).appending(last).name
  }

  private static func existing(_ path: String) -> String? {
    guard let real = path.withFileName({ realpath($0, nil) }) else { return nil }
    defer { free(real) }
    return String(fileName: real)
  }

  /// A copy of the open file that a path such as `/dev/stdout` stands for; nil for any other path.
  ///
  /// The system would open such a file anew: from its beginning, and not to append where it is open to append.
  private static func openFile(_ path: String) throws -> FileDescriptor? {
    let streams: [String: CInt] = ["/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2]
    let folder = ["/dev/fd/", "/proc/self/fd/"].first { path.hasPrefix($0) }
    guard let number = streams[path] ?? folder.flatMap({ CInt(path.dropFirst($0.count)) }) else { return nil }
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw Errno(rawValue: errno) }
    return FileDescriptor(rawValue: copy)
  }

  private static func openAside(_ path: String) throws -> (FileDescriptor, String) {
    let target = FilePath(name: path)
    guard let last = target.lastComponent, last.kind == .regular, !path.hasSuffix("/") else {
      throw Errno.isDirectory
    }
    let process = getpid()
    for attempt in 0..<1000 {
      let name = "\(temporaryPrefix(of: last))\(process)-\(attempt)"
      let temporary = target.removingLastComponent().appending(name)
      do {
        // Known before it stands: a signal in between must find it. Nobody else makes files of this process's number.
        TemporaryFiles.add(temporary.name, for: path)
        let descriptor = try FileDescriptor.open(
          temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
          permissions: FilePermissions(rawValue: 0o666)
        ).aboveStandardStreams()
        if isHeld(descriptor, temporary.name) { return (descriptor, temporary.name) }
        TemporaryFiles.forget(temporary.name)
        try descriptor.close()
      } catch Errno.fileExists {
        TemporaryFiles.forget(temporary.name)
      } catch {
        TemporaryFiles.remove(temporary.name)
        throw error
      }
    }
    throw Errno.fileExists
  }

  /// Locks the file for as long as it is open, so that who looks for leftovers lets it stand (`removeLeftovers`); false
  /// where such a one was quicker. A file system without locks has no leftovers removed.
  private static func isHeld(_ descriptor: FileDescriptor, _ path: String) -> Bool {
    if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return false }
    return descriptor.stands(at: path)
  }
}

extension FileDescriptor {
  /// Writes all the bytes, however many calls that takes.
  func writeAll(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = try write(UnsafeRawBufferPointer(rebasing: rest), retryOnInterrupt: true)
        rest = rest.dropFirst(count)
      }
    }
  }
}
