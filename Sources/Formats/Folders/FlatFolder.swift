import Records

/// The pictures that lie in one folder side by side, numbered by their names: how perturbed sets are often published.
struct FlatFolder: PictureListing {
  var classes: [String]? { labels?.classes }
  var isLabelled: Bool { labels != nil }
  private(set) var leftOut = LeftOutFiles()
  private(set) var notes: [String] = []

  private let labels: PictureLabels?
  private var pictures: ArraySlice<(name: String, path: String, id: Int)>

  /// - Parameter labels: those of the pictures; nil leaves records without.
  /// - Throws: `Failure` when the folder cannot be read, or holds no picture, one whose name has no number, or two of one.
  init(_ path: String, labels: PictureLabels?) throws {
    let path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    self.labels = labels
    var found: [Int: (name: String, path: String, id: Int)] = [:]
    var folders: [String] = []
    for entry in try DirectoryEntry.all(in: path) where !entry.isHidden {
      let file = "\(path)/\(entry.name)"
      if entry.kind == .directory { folders.append(entry.name) }
      guard entry.kind == .file, PictureForm(named: entry.name) != nil else {
        if entry.kind != .directory { leftOut.add(file) }
        continue
      }
      guard let id = Self.number(in: entry.name) else {
        throw Failure(
          .data, "\(file): --flat takes ids from the numbers in names, and this one has none that could be one")
      }
      if let other = found.updateValue((entry.name, file, id), forKey: id) {
        throw Failure(.data, "\(file): has the number \(id) like \(other.name), and ids must differ")
      }
    }
    guard !found.isEmpty else {
      let within = folders.first.map { "; the folder \($0) lies in it: name that, or leave out --flat" } ?? ""
      throw Failure(.data, "\(path): there is no picture in it\(within)")
    }
    if !folders.isEmpty {
      notes.append("\(counted(folders.count, "folder")) not looked into; the first is \(path)/\(folders[0])")
    }
    pictures = found.values.sorted { $0.id < $1.id }[...]
    if let labels {
      let unused = labels.count - found.values.count { labels.has($0.name, id: $0.id) }
      if unused > 0 { notes.append("\(counted(unused, "label")) of \(labels.name) left out, of no picture here") }
    }
  }

  mutating func next() throws -> ListedPicture? {
    guard let picture = pictures.popFirst() else { return nil }
    let label = try labels.map { try $0.label(of: picture.name, id: picture.id, path: picture.path) }
    return ListedPicture(path: picture.path, name: picture.name, label: label, id: picture.id)
  }

  func longestName() -> Int { pictures.map(\.name.fileNameBytes.count).max() ?? 0 }

  /// The last number in a name but for its ending: 42 of `img_00042.png`.
  private static func number(in name: String) -> Int? {
    let stem = name.utf8.prefix(name.utf8.count - PictureForm.ending(of: name).utf8.count)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let tail = stem.reversed().drop { !digits.contains($0) }.prefix { digits.contains($0) }
    return Int(String(decoding: tail.reversed(), as: UTF8.self))
  }
}
