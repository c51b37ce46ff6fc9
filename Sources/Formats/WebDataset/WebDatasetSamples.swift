import Records

/// The files of one record of a WebDataset.
struct WebDatasetSample {
  /// The path of its files up to the first dot of their names.
  let key: String
  let archive: String
  /// The bytes of its picture.
  var picture: [UInt8]?
  /// The text of its `.cls` file, and of its `.txt`.
  var labels: [String: String] = [:]
  /// What its `.json` holds.
  var json: JSON?
  /// What its `.json` has for an id, which may be none.
  var id: Int?
  /// Its label, as it goes on.
  var number = 0

  /// Where it lies, for messages.
  var words: String { "\(archive): the record \(key.quoted)" }

  func fault(_ what: String) -> Failure { Failure(.data, "\(words) \(what)") }
}

/// The records of WebDatasets, one after the other, and what is to be said of other files in them.
struct WebDatasetSamples {
  private let labels: DataSet.WebDatasetLabels
  /// The names of the classes, where labels are names.
  var classes: [String]? {
    didSet { places = classes.map { Dictionary($0.enumerated().map { ($1, $0) }) { first, _ in first } } }
  }
  private var places: [String: Int]?
  private var files: ArraySlice<InputFile>
  private var archive: (reader: TarReader, name: String)?
  /// Counts the archives begun: a record lies in one of them, though the next may begin with another of its key.
  private var archivesBegun = 0
  /// The first file of the next record, read already.
  private var waiting: TarReader.Entry?
  private var leftOut = LeftOutFiles()
  private var archiveNotes: [String] = []
  /// Ids in `.json` files that are no integers, and the first.
  private var strangeIDs: (count: Int, first: String?) = (0, nil)

  init(_ files: [InputFile], _ labels: DataSet.WebDatasetLabels) { (self.files, self.labels) = (files[...], labels) }

  /// The next record that has a picture; nil at the end of the last archive.
  ///
  /// - Throws: `Failure` (data) for a damaged archive, and for a record with two pictures, or a label and no picture.
  mutating func next() throws -> WebDatasetSample? {
    while let first = try nextEntry() {
      let key = Self.parts(first.path).key
      var sample = WebDatasetSample(key: key, archive: archive?.name ?? "")
      var others: [String] = []
      var entry: TarReader.Entry? = first
      let begun = archivesBegun
      while let found = entry, archivesBegun == begun, Self.parts(found.path).key == key {
        if try !take(found, into: &sample) { others.append(found.path) }
        entry = try nextEntry()
      }
      waiting = entry
      // What bears neither picture nor label is no record, such as a list of contents.
      if sample.picture == nil, !sample.labels.keys.contains("cls"), sample.json == nil {
        for path in others + sample.labels.keys.map({ "\(key).\($0)" }) { leftOut.add(path) }
        continue
      }
      if sample.labels.count > 1 { others.append("\(key).txt") }
      for path in others { leftOut.add(path) }
      guard sample.picture != nil else {
        throw sample.fault(
          "has no picture beside its label; the files of a record stand one after the other (tar --sort=name)")
      }
      return sample
    }
    return nil
  }

  /// What is to be said at the end.
  ///
  /// - Parameter read: how many records there were.
  func notes(read: Int) -> [String] {
    var notes = archiveNotes + [leftOut.note("used by no record")].compactMap { $0 }
    if let first = strangeIDs.first {
      notes.append(
        "note: \(strangeIDs.count) of \(counted(read, "record")) have an id in .json that is no integer, such as \(first); "
          + "positions were taken for those")
    }
    return notes
  }

  private mutating func nextEntry() throws -> TarReader.Entry? {
    if let entry = waiting {
      waiting = nil
      return entry
    }
    while true {
      while let entry = try archive?.reader.next() {
        let name = entry.path.split(separator: "/").last ?? ""
        // What macOS puts beside the files of an archive, and what is hidden.
        if name.utf8.first != UInt8(ascii: "."), !entry.path.split(separator: "/").contains("__MACOSX") { return entry }
        leftOut.add(entry.path)
      }
      finishArchive()
      guard let file = files.popFirst() else { return nil }
      archive = (TarReader(try DataFile(file)), file.name)
      archivesBegun += 1
    }
  }

  private mutating func finishArchive() {
    guard let (reader, name) = archive else { return }
    if reader.lacksEndMark {
      archiveNotes.append(
        "note: \(name): the archive ends without its mark; every file in it is whole, but others may be lost")
    }
    if let first = reader.sparse.first {
      archiveNotes.append(
        "\(name): \(counted(reader.sparse.count, "sparse file")) left out, the first \(first); pack without --sparse")
    }
    archive = nil
  }

  /// Takes a file of a record; false for one that a record has no use for.
  private mutating func take(_ entry: TarReader.Entry, into sample: inout WebDatasetSample) throws -> Bool {
    let ending = Self.parts(entry.path).ending
    if PictureForm(named: ending.isEmpty ? "" : ".\(ending)") != nil {
      guard sample.picture == nil else {
        throw sample.fault(
          "has two pictures; where they are of two records, the part of their names before the first dot must differ")
      }
      sample.picture = entry.bytes
      return true
    }
    switch ending {
    case "cls", "txt":
      guard sample.labels.updateValue(String(fileName: entry.bytes), forKey: ending) == nil else {
        throw sample.fault("has two .\(ending) files; a record has one label")
      }
    case "json":
      guard sample.json == nil else { throw sample.fault("has two .json files") }
      guard let json = try? JSON(parsing: entry.bytes) else { throw sample.fault("has a .json file that is no JSON") }
      sample.json = json
      takeID(json["id"], into: &sample)
    default: return false
    }
    return true
  }

  private mutating func takeID(_ value: JSON?, into sample: inout WebDatasetSample) {
    guard let value else { return }
    sample.id = value.integer
    if sample.id == nil { strangeIDs = (strangeIDs.count + 1, strangeIDs.first ?? value.text.printable) }
  }

  /// The path up to the first dot of the file's name, and what follows it, in small letters.
  private static func parts(_ path: String) -> (key: String, ending: String) {
    let bytes = path.utf8
    let start = bytes.lastIndex(of: UInt8(ascii: "/")).map(bytes.index(after:)) ?? bytes.startIndex
    guard let dot = bytes[start...].firstIndex(of: UInt8(ascii: ".")) else { return (path, "") }
    return (String(path[..<dot]), path[bytes.index(after: dot)...].lowercased())
  }
}

extension WebDatasetSamples {
  /// A label as it stands.
  enum Label {
    case number(Int)
    case name(String)
  }

  /// The label of a record as it stands.
  ///
  /// - Throws: `Failure` (data) where it has none.
  func label(of sample: WebDatasetSample) throws -> Label {
    switch labels {
    case .file:
      guard let text = sample.labels["cls"] ?? sample.labels["txt"] else {
        let json = sample.json == nil ? "" : "; --label-key takes it from a member of its .json"
        throw sample.fault(
          "has no .cls or .txt file, which would hold its label; the files of a record stand one after the other "
            + "(tar --sort=name)\(json)")
      }
      return try label(text.trimmed, sample)
    case .json(let key):
      guard let json = sample.json else { throw sample.fault("has no .json file to take a label from (--label-key)") }
      guard let value = json[key] ?? key.split(separator: ".").reduce(json, { $0?[String($1)] }) else {
        throw sample.fault("has no \(key.quoted) in its .json (--label-key)")
      }
      guard let text = value.string ?? value.integer.map({ String($0) }) else {
        throw sample.fault("has \(value.text.quoted) for \(key.quoted) in its .json, which is no label")
      }
      return try label(text, sample)
    }
  }

  private func label(_ text: String, _ sample: WebDatasetSample) throws -> Label {
    guard let number = Int(label: text) else {
      guard !text.isEmpty, !text.contains(where: \.isNewline) else {
        throw sample.fault("has the label \(text.quoted), where a number from 0 up or a name is expected")
      }
      return .name(text)
    }
    guard number >= 0 else { throw sample.fault("has the label \(number), where a number from 0 up is expected") }
    return .number(number)
  }

  /// The label of a record by its number; -1 for a name that is none of the classes.
  ///
  /// - Throws: `Failure` (data) where it has none, or a name where others have numbers.
  func number(of sample: WebDatasetSample) throws -> Int {
    switch (try label(of: sample), places) {
    case (.number(let number), nil): return number
    case (.number(let number), let places?): return places["\(number)"] ?? -1
    case (.name(let name), let places?): return places[name] ?? -1
    case (.name(let name), nil):
      throw sample.fault("has the label \(name.quoted), where the first record's is a number")
    }
  }

  /// The names of the classes, sorted by their bytes, of archives whose labels are names.
  ///
  /// - Parameter chosen: those that are to be kept.
  static func names(
    in files: [InputFile], _ labels: DataSet.WebDatasetLabels, chosen: [String]?
  ) throws -> [String] {
    guard let again = try InputFile.reopened(files) else {
      if let chosen { return chosen }
      throw Failure(
        .usage,
        "labels are names here, which are numbered after a first reading: name files, or give the names with --classes")
    }
    var samples = WebDatasetSamples(again, labels)
    var names: Set<String> = []
    while let sample = try samples.next() {
      switch try samples.label(of: sample) {
      case .name(let name): names.insert(name)
      case .number(let number): names.insert("\(number)")
      }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

extension String {
  /// Without spaces and line ends around it.
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
