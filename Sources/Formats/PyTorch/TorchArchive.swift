import Records

/// The arrays of a file that `torch.save` wrote in its zip form: a pickle that describes tensors, and a file of bytes for
/// each storage. A NumPy array lies within the pickle itself.
enum TorchArchive {
  private static let longestPickle = 1 << 32

  /// The name that the archive's pickle ends with.
  static let pickleName = "/data.pkl"

  /// - Throws: `Failure` of kind `data` for an archive without a pickle, or with one that is damaged.
  static func arrays(_ archive: ZipArchive) throws -> PickledArrays {
    guard let entry = archive.entries.first(where: { $0.name.hasSuffix(pickleName) }) else {
      throw Failure(.data, "\(archive.name): no file of torch.save: it lacks data.pkl")
    }
    guard entry.size <= longestPickle else { throw archive.fault(entry, "is longer than 4 GiB") }
    let part = try archive.contents(entry)
    let pickle: Pickle
    do {
      pickle = try Pickle(parsing: part.file, part.range)
    } catch {
      throw archive.fault(entry, ": \(error.words)")
    }
    let folder = String(entry.name.dropLast(pickleName.count - 1))
    // The tensors of a list are often parts of one storage, which is checked once.
    var last: (key: String, part: (file: SpoolFile, range: Range<Int>))?
    return PickledArrays(
      name: archive.name, pickle: pickle,
      storage: { key in
        if let last, last.key == key { return last.part }
        guard let entry = archive.entry(named: "\(folder)data/\(key)") else {
          throw Failure(.data, "\(archive.name): the storage \(key.quoted) is missing")
        }
        let part = try archive.contents(entry)
        last = (key, part)
        return part
      }, isBigEndian: try contents(archive, "\(folder)byteorder") == Array("big".utf8))
  }

  private static func contents(_ archive: ZipArchive, _ name: String) throws -> [UInt8] {
    guard let entry = archive.entry(named: name), entry.size < 16 else { return [] }
    let part = try archive.contents(entry)
    return part.file.bytes(part.range)
  }
}
