import Records
import SystemPackage
import Threads

/// A folder that holds a folder of PNG and JPEG files for each class: `DIRECTORY/CLASS/00000042.png`.
package struct ClassFolderSink: RecordSink {
  private let path: String
  private let naming: RecordNaming
  private let quality: Int?
  private var names: RecordNames
  private var folders: Set<String> = []
  private var classes: [String]?
  private var isStarted = false
  private var leftOut = LeftOut()

  /// Makes the folder, unless it is there and empty.
  ///
  /// - Parameters:
  ///   - naming: what the files are named by. A path keeps its folders and its name, but for the ending of another form.
  ///   - quality: of JPEG files, 1 to 100: pictures are written as such, of those with paths the ones that were. Nil writes
  ///     PNG files alone.
  /// - Throws: `Failure` of kind `cannotCreate` where the folder cannot be made or holds something already.
  package init(_ path: String, naming: RecordNaming = .id, jpegQuality quality: Int? = nil) throws {
    self.path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    self.naming = naming
    self.quality = quality
    names = RecordNames(naming)
    try OutputFolder.makeEmpty(self.path)
  }

  package mutating func write(_ batch: ImageBatch, failure: (Int, String) -> Failure) throws {
    try start(batch, failure)
    let pictures = try PicturesAndLabels(batch, failure: failure)
    let kept: Set = ["image", "label", naming.rawValue]
    leftOut.add(batch, kept: kept, names: batch.classes)
    let places = try names.next(batch, failure: failure).enumerated().map { row, name in
      try place(name, label: pictures.labels[row]) { failure(row, $0) }
    }
    let files = Parallel.map(batch.count) { [quality] row in
      Result {
        let picture = pictures.picture(row)
        return try places[row].isJPEG ? JPEG.encode(picture, quality: quality ?? 0) : PNG.encode(picture)
      }
    }
    for (row, (place, file)) in zip(places, files).enumerated() {
      do {
        try makeFolders(of: place.path)
        try OutputFolder.write(file.get(), to: "\(path)/\(place.path)")
      } catch Errno.fileExists {
        throw failure(
          row,
          "\(place.path.quoted) came before, of another record; --name position tells records of one name apart")
      } catch let fault as PictureError {
        throw failure(row, "\(fault)")
      }
    }
  }

  package mutating func close() throws {}

  package var notes: [String] {
    var notes = leftOut.notes
    if let classes {
      let sorted = classes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      if sorted != classes {
        let order = classes.joined(separator: ",").printable
        notes.append(
          "who reads the folder numbers the classes in the order of their names; ue-decode folder --classes \(order) "
            + "keeps the order they have here")
      }
    }
    return notes
  }

  /// Makes the folders of the classes that have names, so that one without records keeps its number.
  private mutating func start(_ batch: ImageBatch, _ failure: (Int, String) -> Failure) throws {
    guard !isStarted else { return }
    isStarted = true
    classes = batch.classes
    for (label, name) in (classes ?? []).enumerated() {
      guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"), !name.contains("\0") else {
        throw failure(
          0, "the class \(name.quoted) cannot be a folder: names must not be empty, begin with a dot or hold /")
      }
      guard !folders.contains(name) else {
        throw failure(
          0, "the class \(label) is called \(name.quoted) like one before it, and their folders would be one")
      }
      try makeFolder(name)
    }
  }

  private func place(
    _ name: String, label: Int, _ failure: (String) -> Failure
  ) throws -> (path: String, isJPEG: Bool) {
    let folder = classes?[label] ?? padded(label, digits: 4)
    guard naming == .path else { return ("\(folder)/\(name)\(quality == nil ? ".png" : ".jpg")", quality != nil) }
    guard classes == nil || name.hasPrefix("\(folder)/") else {
      throw failure(
        "its path \(name.quoted) lies in another folder than its class, \(folder.quoted), has; --name id goes by classes"
      )
    }
    let isJPEG = quality != nil && [".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
    if isJPEG || name.lowercased().hasSuffix(".png") { return (name, isJPEG) }
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name[...]
    return ("\(stem).png", false)
  }

  /// Makes the folders on the way to a file, each the first time that one is needed.
  private mutating func makeFolders(of file: String) throws {
    let scalars = file.unicodeScalars
    for slash in scalars.indices where scalars[slash] == "/" { try makeFolder(String(scalars[..<slash])) }
  }

  private mutating func makeFolder(_ name: String) throws {
    guard folders.insert(name).inserted else { return }
    try OutputFolder.makeEmpty("\(path)/\(name)")
  }
}
