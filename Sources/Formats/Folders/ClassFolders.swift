import Records

/// The pictures of a folder that holds one folder for each class, listed class by class as they are asked for.
struct ClassFolders: PictureListing {
  /// Which files count where ids are counted, and in which order.
  enum Numbering {
    /// Pictures of the forms read here, in the order of their paths.
    case pictures
    /// Whatever torchvision's `ImageFolder` takes for a picture, a folder's own files before those of the folders within.
    case imageFolder
  }

  let classes: [String]?
  let isLabelled = true
  private(set) var leftOut = LeftOutFiles()
  private(set) var notes: [String] = []

  private let path: String
  private let names: [String]
  private let numbering: Numbering
  private var report: (String) -> Void
  private var nextClass = 0
  private var files: ArraySlice<ListedFile> = []
  private var emptyClasses: [String] = []
  private var id = 0

  /// - Parameter report: told at once what looks like a mistake.
  /// - Throws: `Failure` when the folder cannot be read or holds no class folder.
  init(_ path: String, numbering: Numbering = .pictures, report: @escaping (String) -> Void) throws {
    // A slash at the end, as a shell completes it, would come out double in messages.
    self.path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    (self.numbering, self.report) = (numbering, report)
    let entries = try DirectoryEntry.all(in: path).filter { !$0.isHidden }
    names = entries.filter { $0.kind == .directory }.map(\.name)
    classes = names
    var strays: [String] = []
    for entry in entries where entry.kind != .directory {
      if PictureForm(named: entry.name) != nil {
        strays.append(entry.name)
      } else {
        leftOut.add("\(self.path)/\(entry.name)")
      }
    }
    guard !names.isEmpty else {
      let advice = "pictures are read from \(path)/CLASS/NAME.png or .jpg, one folder for each class"
      let others = strays.isEmpty ? "" : "; --flat reads those that lie in \(path) itself"
      throw Failure(.data, "\(path): holds no class folder; \(advice)\(others)")
    }
    if let first = strays.first {
      report(
        "\(counted(strays.count, "picture")) left out, outside of the class folders; the first is \(self.path)/\(first)"
      )
    }
    let numbers = names.compactMap { Int($0) }
    if numbers.count == names.count, numbers != numbers.sorted() {
      let shown = names.prefix(3).joined(separator: ", ")
      report(
        "note: classes named by numbers are labelled in the order of their names as text (\(shown), …), as by torchvision; "
          + "for labels that follow the numbers name all with as many digits (\(padded(numbers)))")
    }
  }

  mutating func next() throws -> ListedPicture? {
    while true {
      guard let file = files.popFirst() else {
        guard nextClass < names.count else {
          if !emptyClasses.isEmpty { notes = ["no picture in class \(emptyClasses.joined(separator: ", "))"] }
          return nil
        }
        try listNextClass()
        continue
      }
      let place = id
      if numbering == .pictures || file.countsForImageFolder { id += 1 }
      if isRead(file) { return ListedPicture(path: file.path, name: name(of: file), label: nextClass - 1, id: place) }
      if !file.isHidden { leftOut.add(file.path) }
    }
  }

  func longestName() throws -> Int {
    var (folders, longest) = (self, 0)
    // What there is to say is said when the pictures are read.
    folders.report = { _ in }
    while let picture = try folders.next() { longest = max(longest, picture.name.fileNameBytes.count) }
    return longest
  }

  private func name(of file: ListedFile) -> String {
    String(decoding: file.path.utf8.dropFirst(path.utf8.count + 1), as: UTF8.self)
  }

  private func isRead(_ file: ListedFile) -> Bool {
    guard PictureForm(named: file.name) != nil, !file.isHidden else { return false }
    return numbering == .pictures || file.countsForImageFolder
  }

  /// Whether a file has a part in the order of ids: hidden ones and other forms where ImageFolder counts them.
  private func isListed(_ file: ListedFile) -> Bool {
    PictureForm(named: file.name) != nil && !file.isHidden || file.countsForImageFolder && numbering == .imageFolder
  }

  private mutating func listNextClass() throws {
    let name = names[nextClass]
    var found: [ListedFile] = []
    var above: Set<DirectoryIdentity> = []
    try list("\(path)/\(name)", isHidden: false, into: &found, above: &above)
    files = sorted(found)[...]
    if !found.contains(where: isRead) { emptyClasses.append(name) }
    nextClass += 1
    if nextClass == 1 { try lookForMistakes(found) }
  }

  /// Gathers the files of a folder and of those within. ImageFolder looks into hidden ones too: none of their pictures is read, and
  /// they have their parts in the order of ids.
  private mutating func list(
    _ folder: String, isHidden: Bool, into found: inout [ListedFile], above: inout Set<DirectoryIdentity>
  ) throws {
    let identity = DirectoryEntry.identity(of: folder)
    if let identity, !above.insert(identity).inserted {
      throw Failure(.data, "\(folder): this link leads back to a folder it lies in")
    }
    for entry in try DirectoryEntry.all(in: folder) {
      let file = ListedFile(folder: folder, name: entry.name, isHidden: isHidden || entry.isHidden)
      switch entry.kind {
      case .directory where !file.isHidden || numbering == .imageFolder:
        try list(file.path, isHidden: file.isHidden, into: &found, above: &above)
      case .file where isListed(file): found.append(file)
      default: if !file.isHidden { leftOut.add(file.path) }
      }
    }
    if let identity { above.remove(identity) }
  }

  private func sorted(_ files: [ListedFile]) -> [ListedFile] {
    files.map { file in
      (file, numbering == .pictures ? [file.path.fileNameBytes] : [file.folder.fileNameBytes, file.name.fileNameBytes])
    }.sorted { one, other in
      for (key, second) in zip(one.1, other.1) where key != second { return key.lexicographicallyPrecedes(second) }
      return false
    }.map(\.0)
  }
}

/// The two smallest of some numbers, with as many digits as the largest.
private func padded(_ numbers: [Int]) -> String {
  let digits = numbers.map { String($0).count }.max() ?? 1
  return numbers.sorted().prefix(2).map { number in
    String(repeating: "0", count: max(0, digits - String(number).count)) + String(number)
  }.joined(separator: ", ")
}

/// Sets whose folders are no classes.
extension ClassFolders {
  /// Says what the first class's files give away: that folders stand one level too high, or that pictures are numbered and
  /// of no classes, in which case they come in the order of their numbers and not of words, where 10 stands before 2.
  private mutating func lookForMistakes(_ found: [ListedFile]) throws {
    if let shared = try foldersInEveryClass(), !shared.isEmpty {
      let shown = shared.prefix(5).joined(separator: ", ") + (shared.count > 5 ? ", …" : "")
      report("note: every class folder holds folders of the same names (\(shown)); was \(path)/\(names[0]) meant?")
    }
    guard names.count == 1, found.count > 1 else { return }
    let numbers = found.map { $0.folder == "\(path)/\(names[0])" ? $0.stemNumber : nil }
    guard numbering == .pictures, !numbers.contains(nil), Set(numbers).count == numbers.count else {
      return report("note: the only class is \(names[0].quoted)")
    }
    files = zip(found, numbers).sorted { ($0.1 ?? 0) < ($1.1 ?? 0) }.map(\.0)[...]
    report(
      "note: the only class is \(names[0].quoted); its pictures are named by numbers, in whose order they come (--flat "
        + "\(path)/\(names[0]) takes those for ids, and labels by --labels)")
  }

  /// The names of the folders that lie in every class folder, where none has pictures of its own; nil otherwise.
  private func foldersInEveryClass() throws -> [String]? {
    var shared: [String]?
    for name in names {
      let entries = try DirectoryEntry.all(in: "\(path)/\(name)").filter { !$0.isHidden }
      guard !entries.contains(where: { $0.kind == .file && PictureForm(named: $0.name) != nil }) else { return nil }
      let folders = entries.filter { $0.kind == .directory }.map(\.name)
      shared = shared?.filter(folders.contains) ?? folders
      if shared?.isEmpty != false { return nil }
    }
    return shared
  }
}

/// A file of a class.
private struct ListedFile {
  /// The path of the folder it lies in.
  let folder: String
  let name: String
  /// Whether it is, or lies in a folder that is.
  let isHidden: Bool

  var path: String { "\(folder)/\(name)" }

  /// Whether `ImageFolder` takes it for a picture, by its ending alone.
  var countsForImageFolder: Bool { PictureForm.imageFolderEndings.contains(PictureForm.ending(of: name)) }

  /// The number that its name is, but for the ending; nil where it is none.
  var stemNumber: Int? {
    let stem = name.prefix { $0 != "." }
    return stem.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(stem) : nil
  }
}
