import Records
import SystemPackage
import Threads

/// A folder that holds a folder of PNG files for each class: `DIRECTORY/CLASS/00000042.png`.
package struct ClassFolderSink: RecordSink {
  private let path: String
  private let naming: RecordNaming
  private var names: RecordNames
  private var folders: [String: String] = [:]
  private var classes: [String]?
  private var isStarted = false
  private var leftOut = LeftOut()

  /// Makes the folder, unless it is there and empty.
  ///
  /// - Parameter naming: what the files are named by.
  /// - Throws: `Failure` of kind `cannotCreate` where the folder cannot be made or holds something already.
  package init(_ path: String, naming: RecordNaming = .id) throws {
    self.path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    self.naming = naming
    names = RecordNames(naming)
    try OutputFolder.makeEmpty(self.path)
  }

  package mutating func write(_ batch: ImageBatch, failure: (Int, String) -> Failure) throws {
    try start(batch, failure)
    let pictures = try PicturesAndLabels(batch, failure: failure)
    let kept: Set = naming == .id ? ["image", "label", "id"] : ["image", "label"]
    leftOut.add(batch, kept: kept, names: batch.classes)
    let files = Parallel.map(batch.count) { row in
      Result { try PNG.encode(pictures.picture(row)) }
    }
    for (row, (name, file)) in zip(names.next(batch), files).enumerated() {
      let folder = try self.folder(pictures.labels[row])
      do {
        try OutputFolder.write(file.get(), to: "\(folder)/\(name).png")
      } catch Errno.fileExists {
        throw failure(
          row, "a record of its class named \(name) came before; --name position tells records of one id apart")
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
      guard folders[name] == nil else {
        throw failure(
          0, "the class \(label) is called \(name.quoted) like one before it, and their folders would be one")
      }
      _ = try folder(named: name)
    }
  }

  private mutating func folder(_ label: Int) throws -> String {
    try folder(named: classes?[label] ?? padded(label, digits: 4))
  }

  private mutating func folder(named name: String) throws -> String {
    if let folder = folders[name] { return folder }
    let folder = "\(path)/\(name)"
    try OutputFolder.makeEmpty(folder)
    folders[name] = folder
    return folder
  }
}
