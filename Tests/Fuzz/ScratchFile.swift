import Glibc
import Records

/// Files for readers that want some, in memory where that will do.
enum ScratchFile {
  /// A file that holds the bytes, open for reading and gone from the folder.
  static func opened(_ bytes: [UInt8]) throws -> InputFile {
    let path = folder + "/input"
    try write(bytes, to: path)
    defer { unlink(path) }
    return try InputFile.open(path)
  }

  /// Writes a file.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    guard descriptor >= 0 else { throw Failure(.cannotCreate, "\(path): \(errno)") }
    defer { close(descriptor) }
    write(bytes, descriptor)
  }

  private static func write(_ bytes: [UInt8], _ descriptor: CInt) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { fatalError("write: \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  /// A folder of one class folder, in memory where the system has a place for that, removed at the end.
  static let folder: String = {
    var template = Array("/dev/shm/ue-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("mkdtemp: \(errno)") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard mkdir(path + "/class", 0o777) == 0 else { fatalError("mkdir: \(errno)") }
    atexit {
      unlink(ScratchFile.classFolder + "/picture.png")
      rmdir(ScratchFile.classFolder)
      rmdir(ScratchFile.folder)
    }
    return path
  }()

  static var classFolder: String { folder + "/class" }
}
