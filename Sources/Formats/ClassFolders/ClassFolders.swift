import Records

/// The pictures of a folder that holds one folder for each class, listed class by class as they are asked for.
struct ClassFolders {
  /// The class folders' names, sorted by their bytes; a class's place is its number.
  let classes: [String]
  /// How many files were left out because their names do not end as a picture's do, and the first of them.
  private(set) var strangers: (count: Int, first: String?) = (0, nil)
  /// Class folders without a picture, as far as they have been listed.
  private(set) var emptyClasses: [String] = []

  private static let endings = [".png", ".jpg", ".jpeg"]

  private let path: String
  private var nextClass = 0
  private var files: ArraySlice<String> = []

  /// - Throws: `Failure` when the folder cannot be read or holds no class folder.
  init(_ path: String) throws {
    // A slash at the end, as a shell completes it, would come out double in messages.
    self.path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    let entries = try DirectoryEntry.all(in: path)
    classes = entries.filter { $0.kind == .directory }.map(\.name)
    let others = entries.filter { $0.kind != .directory }
    guard !classes.isEmpty else {
      let advice = "pictures are read from \(path)/CLASS/NAME.png or .jpg, one folder for each class"
      throw Failure(.data, "\(path): holds no class folder; \(advice)")
    }
    for entry in others { leaveOut("\(path)/\(entry.name)") }
  }

  /// The next picture's path and class, in the order of classes and then of paths; nil at the end.
  mutating func next() throws -> (path: String, label: Int)? {
    while files.isEmpty {
      guard nextClass < classes.count else { return nil }
      var found: [String] = []
      var above: Set<DirectoryIdentity> = []
      try list("\(path)/\(classes[nextClass])", into: &found, above: &above)
      if found.isEmpty { emptyClasses.append(classes[nextClass]) }
      files = found[...]
      nextClass += 1
    }
    return files.popFirst().map { ($0, nextClass - 1) }
  }

  /// Lists a folder's pictures and those of the folders within, in the order of their names.
  private mutating func list(
    _ folder: String, into found: inout [String], above: inout Set<DirectoryIdentity>
  ) throws {
    let identity = DirectoryEntry.identity(of: folder)
    if let identity, !above.insert(identity).inserted {
      throw Failure(.data, "\(folder): this link leads back to a folder it lies in")
    }
    for entry in try DirectoryEntry.all(in: folder) {
      let path = "\(folder)/\(entry.name)"
      switch entry.kind {
      case .directory: try list(path, into: &found, above: &above)
      case .file where Self.isPicture(entry.name): found.append(path)
      default: leaveOut(path)
      }
    }
    if let identity { above.remove(identity) }
  }

  private mutating func leaveOut(_ path: String) {
    strangers = (strangers.count + 1, strangers.first ?? path)
  }

  private static func isPicture(_ name: String) -> Bool {
    let lowercased = name.lowercased()
    return endings.contains { lowercased.hasSuffix($0) }
  }
}
