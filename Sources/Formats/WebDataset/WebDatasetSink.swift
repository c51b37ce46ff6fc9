import Records
import Threads

/// A WebDataset: a tar archive in which each record is the files `KEY.png` (the picture), `KEY.cls` (the label) and
/// `KEY.json` (every other column of one number a record).
package struct WebDatasetSink: RecordSink {
  private var archive: TarWriter
  private let output: OutputFile
  private let naming: RecordNaming
  private var names: RecordNames
  private var lastName: String?
  private var leftOut = LeftOut()

  /// An archive in one file.
  ///
  /// - Parameter naming: what the keys are.
  package init(_ output: OutputFile, naming: RecordNaming = .id) {
    self.output = output
    self.naming = naming
    archive = TarWriter(output)
    names = RecordNames(naming)
  }

  package mutating func write(_ batch: ImageBatch, failure: (Int, String) -> Failure) throws {
    let pictures = try PicturesAndLabels(batch, failure: failure)
    let others = batch.columns.filter { $0.key != "label" }.compactMapValues(\.values)
    leftOut.add(batch, kept: Set(others.keys).union(["image", "label", naming.rawValue]))
    let keys = try names.next(batch, failure: failure).enumerated().map { row, name in
      try key(name) { failure(row, $0) }
    }
    let files = Parallel.map(batch.count) { row in
      Result { try PNG.encode(pictures.picture(row)) }
    }
    for (row, (name, file)) in zip(keys, files).enumerated() {
      guard name != lastName else {
        throw failure(row, "the record before has the name \(name) too; --name position tells records of one id apart")
      }
      lastName = name
      do {
        try archive.add("\(name).png", file.get())
      } catch let fault as PictureError {
        throw failure(row, "\(fault)")
      }
      try archive.add("\(name).cls", Array("\(pictures.labels[row])".utf8))
      let members = others.map { (key: $0.key, value: $0.value[row].json) }
      let json = JSON.object(.init(uniqueKeysWithValues: members))
      if !others.isEmpty { try archive.add("\(name).json", Array(json.text.utf8)) }
    }
  }

  /// A name as a key, which ends at its first dot: a path without its ending.
  private func key(_ name: String, _ failure: (String) -> Failure) throws -> String {
    guard naming == .path, let dot = name.lastIndex(of: ".") else { return name }
    let (key, file) = (name[..<dot], name[..<dot].split(separator: "/").last ?? "")
    guard !file.contains(".") else {
      throw failure("its path \(name.quoted) has more than one dot, and readers take a key to end at the first")
    }
    return String(key)
  }

  package mutating func close() throws {
    try archive.finish()
    try output.commit()
  }

  package var notes: [String] { leftOut.notes }
}

extension ColumnValue {
  fileprivate var json: JSON {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    }
  }
}
