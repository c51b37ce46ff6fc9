import Glibc
import Records
import SystemPackage

/// Folders, and files in them that are written at once.
enum OutputFolder {
  /// Makes a folder, unless it is there and empty.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  static func makeEmpty(_ path: String) throws {
    if path.withFileName({ mkdir($0, 0o777) }) == 0 { return }
    let fault = Errno(rawValue: errno)
    guard fault == .fileExists, let directory = path.withFileName(opendir) else {
      throw Failure(.cannotCreate, "\(path.printable): cannot be created: \(fault)")
    }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(fileName: $0.prefix { $0 != 0 }) }
      guard name == "." || name == ".." else {
        throw Failure(.cannotCreate, "\(path.printable): holds \(name.quoted) already; name a new or an empty folder")
      }
    }
  }

  /// Writes a new file, or none.
  ///
  /// - Throws: `Errno.fileExists` where there is one; otherwise `Failure` of kind `cannotCreate` or `cannotWrite`.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(
        FilePath(name: path), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o666)
      ).aboveStandardStreams()
    } catch let fault as Errno {
      if fault == .fileExists { throw fault }
      throw Failure(.cannotCreate, "\(path.printable): cannot be created: \(fault)")
    }
    do {
      _ = try file.closeAfter { try file.writeAll(bytes) }
    } catch let fault as Errno {
      // A part of a picture under its final name would pass for a picture.
      _ = path.withFileName(unlink)
      throw Failure(.cannotWrite, "\(path.printable): cannot be written: \(fault)")
    }
  }
}
