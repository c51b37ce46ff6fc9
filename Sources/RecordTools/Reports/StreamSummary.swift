import OrderedCollections
import Records

/// What a stream of records holds, counted.
package struct RecordSummary: Sendable {
  /// A column's type, and how many records have which shape.
  package struct ColumnSummary: Sendable, Equatable {
    /// The type of its elements.
    package let type: ElementType
    /// The shapes of its records, each with how many have it.
    package fileprivate(set) var shapes: OrderedDictionary<[Int], Int>
  }

  /// Frames that hold records.
  package private(set) var frames = 0
  /// Records in all.
  package private(set) var records = 0
  /// The columns, by name, in the order of the stream.
  package private(set) var columns: OrderedDictionary<String, ColumnSummary> = [:]
  /// The names of the classes, where the stream tells them.
  package private(set) var classes: [String]?
  /// How many records bear each label.
  package private(set) var labels: [Int: Int] = [:]
  /// How many records are set in the columns of marks, `poisoned` and `flag`, where those exist.
  package private(set) var marks: OrderedDictionary<String, Int> = [:]
  /// The history; of streams put together, every entry that one of them has.
  package private(set) var history: [HistoryEntry] = []

  private var metadata: [String: String]?

  /// Reads on behind a file's first document.
  init(_ reader: FrameReader, first: [UInt8], limits: StreamLimits) throws {
    var rules = StreamRules()
    var frame: FrameReader.Frame? = .document(first)
    while let current = frame {
      switch current {
      case .document(let bytes):
        try add(
          reader.locating {
            let batch = try ImageBatch(document: Document(parsing: bytes, limits: limits))
            try rules.take(batch)
            return batch
          }, reader)
      case .endMark(let count): try reader.locating { try rules.takeMark(count: count) }
      }
      frame = try reader.next()
    }
  }

  private mutating func add(_ batch: ImageBatch, _ reader: FrameReader) throws {
    frames += 1
    records += batch.count
    if batch.metadata != metadata { add(metadataOf: batch) }
    for (name, column) in batch.columns {
      let none = ColumnSummary(type: column.type, shapes: [:])
      columns[name, default: none].shapes[column.recordShape, default: 0] += batch.count
    }
    if let fault = batch.image?.pictureFault { throw reader.failure(fault) }
    if let column = batch.labels {
      if let fault = ImageBatch.labelFault(column, classes: classes) { throw reader.failure(fault) }
      for label in column { labels[label, default: 0] += 1 }
    }
    for name in ["poisoned", "flag"] {
      guard let column = batch.columns[name] else { continue }
      if let fault = column.markFault(name: name) { throw reader.failure(fault) }
      marks[name, default: 0] += column.bytes.count { $0 != 0 }
    }
    for name in ["perturbation", "score"] {
      if let fault = batch.columns[name]?.finiteFault(name: name) { throw reader.failure(fault) }
    }
  }

  private mutating func add(metadataOf batch: ImageBatch) {
    metadata = batch.metadata
    classes = batch.classes
    for entry in batch.history where !history.contains(entry) { history.append(entry) }
  }
}

/// What a file of the record stream holds. Making one reads and checks the whole of it.
package enum StreamSummary: Sendable {
  case records(RecordSummary)
  case model(ModelDocument)
  case checkpoint(CheckpointDocument)

  /// Reads a file to its end.
  ///
  /// - Throws: `Failure` of kind `data`, naming file, frame and byte, for anything that the format forbids: damage,
  ///   truncation, columns that change, pictures or labels out of range, more than a model or a checkpoint beside one.
  package init(_ input: InputFile, limits: StreamLimits = .init()) throws {
    let frames = try FrameReader.ofDocuments(input, limits: limits)
    guard case .document(let bytes) = try frames.next() else {
      throw frames.failure("expected records or a model, found an end mark")
    }
    let kind = try frames.locating { try Document(parsing: bytes, limits: limits).metadata[DocumentKind.kindKey] }
    switch kind.flatMap(DocumentKind.init) {
    case .model: self = .model(try ModelDocument.read(frames, first: bytes, limits: limits))
    case .checkpoint: self = .checkpoint(try CheckpointDocument.read(frames, first: bytes, limits: limits))
    case .images, nil: self = .records(try RecordSummary(frames, first: bytes, limits: limits))
    }
  }
}

extension FrameReader {
  /// A failure at a record of the document read last.
  func failure(_ fault: ValueFault) -> Failure {
    Failure(.data, "\(position), record \(fault.record) of it: \(fault.words)")
  }
}
