import Glibc
import Records

/// What a directory holds.
struct DirectoryEntry {
  enum Kind { case file, directory, other }

  let name: String
  /// Of what a link leads to; a link that leads nowhere counts as a file, so that opening it says what is wrong.
  let kind: Kind

  /// The entries of a directory, but for hidden ones (a dot first), sorted by the bytes of their names.
  ///
  /// - Throws: `Failure`: (missing input) with the system's words when the directory cannot be read; (data) for a name
  ///   that is not UTF-8.
  static func all(in path: String) throws -> [DirectoryEntry] {
    guard let directory = opendir(path) else { throw failure(path, errno) }
    defer { closedir(directory) }
    var entries: [DirectoryEntry] = []
    while true {
      // The end and a fault both give no entry: only a fault sets errno.
      errno = 0
      guard let entry = readdir(directory) else {
        guard errno == 0 else { throw failure(path, errno) }
        break
      }
      let bytes = nameBytes(entry)
      guard bytes.first != UInt8(ascii: ".") else { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw Failure(.data, "\(path): the name \(String(decoding: bytes, as: UTF8.self).quoted) in it is not UTF-8")
      }
      entries.append(DirectoryEntry(name: name, kind: kind(of: "\(path)/\(name)")))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// The directory itself, whatever path leads to it; nil when it cannot be found out.
  static func identity(of path: String) -> DirectoryIdentity? {
    var status = Glibc.stat()
    guard stat(path, &status) == 0 else { return nil }
    return DirectoryIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  private static func nameBytes(_ entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
    withUnsafeBytes(of: &entry.pointee.d_name) { buffer in Array(buffer.prefix { $0 != 0 }) }
  }

  private static func kind(of path: String) -> Kind {
    var status = Glibc.stat()
    guard stat(path, &status) == 0 else { return .file }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> Failure {
    Failure(.missingInput, "\(path): \(String(cString: strerror(code)))")
  }
}

/// Tells one directory from another.
struct DirectoryIdentity: Hashable {
  let device: UInt64
  let number: UInt64
}
