import Records
import Threads

/// A WebDataset: a tar archive in which each record is the files `KEY.png` (the picture), `KEY.cls` (the label) and
/// `KEY.json` (every other column of one number a record).
package struct WebDatasetSink: RecordSink {
  private var archive: TarWriter
  private let output: OutputFile
  private var names: RecordNames
  private var lastName: String?
  private var leftOut = LeftOut()

  /// An archive in one file.
  ///
  /// - Parameter naming: what the keys are.
  package init(_ output: OutputFile, naming: RecordNaming = .id) {
    self.output = output
    archive = TarWriter(output)
    names = RecordNames(naming)
  }

  package mutating func write(_ batch: ImageBatch, failure: (Int, String) -> Failure) throws {
    let pictures = try PicturesAndLabels(batch, failure: failure)
    let others = batch.columns.filter { $0.key != "label" }.compactMapValues(\.values)
    leftOut.add(batch, kept: Set(others.keys).union(["image", "label"]))
    let files = Parallel.map(batch.count) { row in
      Result { try PNG.encode(pictures.picture(row)) }
    }
    for (row, (name, file)) in zip(names.next(batch), files).enumerated() {
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
