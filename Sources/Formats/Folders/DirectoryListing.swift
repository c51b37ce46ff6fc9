import Glibc
import Records

/// What a directory holds.
struct DirectoryEntry {
  enum Kind { case file, directory, other }

  let name: String
  /// Of what a link leads to; a link that leads nowhere counts as a file, so that opening it says what is wrong.
  let kind: Kind

  /// Whether it is passed over: by a dot before its name, as `ls` does, or as what macOS puts beside the files of an archive.
  var isHidden: Bool { name.utf8.first == UInt8(ascii: ".") || name == "__MACOSX" }

  /// The entries of a directory but for itself and the one above, sorted by the bytes of their names.
  ///
  /// - Throws: `Failure` (missing input) with the system's words when the directory cannot be read.
  static func all(in path: String) throws -> [DirectoryEntry] {
    guard let directory = path.withFileName(opendir) else { throw failure(path, errno) }
    defer { closedir(directory) }
    var entries: [(name: [UInt8], entry: DirectoryEntry)] = []
    while true {
      // The end and a fault both give no entry: only a fault sets errno.
      errno = 0
      guard let entry = readdir(directory) else {
        guard errno == 0 else { throw failure(path, errno) }
        break
      }
      let bytes = nameBytes(entry)
      guard bytes != [UInt8(ascii: ".")], bytes != Array("..".utf8) else { continue }
      let name = String(fileName: bytes)
      entries.append((bytes, DirectoryEntry(name: name, kind: kind(of: "\(path)/\(name)"))))
    }
    return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }.map(\.entry)
  }

  /// The directory itself, whatever path leads to it; nil when it cannot be found out.
  static func identity(of path: String) -> DirectoryIdentity? {
    fileStatus(path).map { DirectoryIdentity(device: UInt64($0.st_dev), number: UInt64($0.st_ino)) }
  }

  private static func nameBytes(_ entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
    withUnsafeBytes(of: &entry.pointee.d_name) { buffer in Array(buffer.prefix { $0 != 0 }) }
  }

  private static func kind(of path: String) -> Kind {
    guard let status = fileStatus(path) else { return .file }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> Failure {
    let words =
      code == ENOTDIR ? "a file, where a folder is expected; unpack an archive first" : String(cString: strerror(code))
    return Failure(.missingInput, "\(path): \(words)")
  }
}

/// Tells one directory from another.
struct DirectoryIdentity: Hashable {
  let device: UInt64
  let number: UInt64
}
