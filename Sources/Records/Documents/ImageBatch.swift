import OrderedCollections

/// Some records of a stream: columns whose first dimension counts the records, and what the stream says of itself.
package struct ImageBatch: Sendable, Equatable {
  /// The number of records.
  package let count: Int
  /// All metadata of the document, that of other programs too.
  package var metadata: [String: String]
  /// The columns by name, in the order of the document.
  package private(set) var columns: OrderedDictionary<String, Column>

  /// The batch that a document holds.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, when the document is of another kind or version, its columns
  ///   differ in the number of records, or a column known to the format has another type or shape.
  package init(document: Document) throws {
    try DocumentKind.images.check(document.metadata)
    try self.init(columns: document.tensors, metadata: document.metadata)
    _ = try [HistoryEntry](metadata: metadata[Self.historyKey])
    _ = try Self.names(metadata[Self.classesKey])
  }

  /// A batch of the given columns.
  ///
  /// - Throws: `Failure` of kind `data` as for a document.
  package init(
    columns: OrderedDictionary<String, Column>, classes: [String]? = nil, history: [HistoryEntry] = []
  ) throws {
    try self.init(columns: columns, metadata: DocumentKind.images.metadata)
    self.classes = classes
    if !history.isEmpty { self.history = history }
  }

  private init(columns: OrderedDictionary<String, Column>, metadata: [String: String]) throws {
    guard let (first, column) = columns.elements.first else {
      throw Failure(.data, "expected columns, found a document without tensors")
    }
    for (name, other) in columns {
      guard !other.shape.isEmpty else {
        throw Failure(.data, "the column \(name.quoted) is a scalar, not one per record")
      }
      guard other.count == column.count else {
        throw Failure(
          .data, "the column \(name.quoted) has \(other.count) records where \(first.quoted) has \(column.count)")
      }
    }
    for (name, column) in columns { try KnownColumn(rawValue: name)?.check(column, among: columns) }
    // What a document holds then limits how many records it can claim.
    guard column.count == 0 || columns.values.contains(where: { !$0.bytes.isEmpty }) else {
      throw Failure(.data, "expected columns with values, found \(column.count) records of no bytes each")
    }
    count = column.count
    self.columns = columns
    self.metadata = metadata
  }

  private init(count: Int, columns: OrderedDictionary<String, Column>, metadata: [String: String]) {
    self.count = count
    self.columns = columns
    self.metadata = metadata
  }

  /// The records of several batches as one, with the metadata of the first. Precondition: there is one, and all have
  /// the same columns, types and shapes of records.
  package init(joining batches: [ImageBatch]) {
    count = batches.reduce(0) { $0 + $1.count }
    metadata = batches[0].metadata
    columns = [:]
    for (name, first) in batches[0].columns {
      let bytes = batches.flatMap { $0.columns[name]?.bytes ?? [] }
      columns[name] = Column(type: first.type, shape: [count] + first.recordShape, bytes: bytes)
    }
  }

  /// A batch of the same metadata with other columns. Precondition: each has `count` records, and there is one.
  package func replacing(_ columns: OrderedDictionary<String, Column>, count: Int) -> ImageBatch {
    precondition(!columns.isEmpty && columns.values.allSatisfy { $0.count == count }, "columns of other records")
    return ImageBatch(count: count, columns: columns, metadata: metadata)
  }

  /// The batch as a document.
  package func document() -> Document {
    Document(metadata: metadata.merging(DocumentKind.images.metadata) { $1 }, tensors: columns)
  }

  /// Adds a column, or puts another in the place of the one that bears the name.
  ///
  /// Precondition: it has as many records as the batch.
  package mutating func set(_ name: String, _ column: Column) {
    precondition(!column.shape.isEmpty && column.count == count, "\(name): \(column.shape) for \(count) records")
    columns[name] = column
  }

  /// Takes a column away, where there is one of the name. Precondition: another column stays.
  package mutating func remove(_ name: String) {
    columns[name] = nil
    precondition(!columns.isEmpty, "a batch without columns")
  }

  /// The batch without its pictures, and the place where they stood among the columns; nil where there are none, or nothing
  /// else.
  var withoutPictures: (ImageBatch, place: Int)? {
    guard let place = columns.index(forKey: KnownColumn.image.rawValue), columns.count > 1 else { return nil }
    var batch = self
    batch.columns.remove(at: place)
    return (batch, place)
  }

  /// Puts pictures back at their place. Precondition: there are as many as records, and none stand here.
  mutating func insert(pictures: Column, at place: Int) {
    precondition(image == nil && pictures.count == count, "\(pictures.count) pictures for \(count) records")
    columns.updateValue(pictures, forKey: KnownColumn.image.rawValue, insertingAt: place)
  }

  /// The records of the given rows, in the order given. Precondition: they exist.
  package func records(_ rows: [Int]) -> ImageBatch {
    ImageBatch(count: rows.count, columns: columns.mapValues { $0.records(rows) }, metadata: metadata)
  }

  /// The records of a range. Precondition: they exist.
  package func records(_ range: Range<Int>) -> ImageBatch {
    ImageBatch(count: range.count, columns: columns.mapValues { $0.records(range) }, metadata: metadata)
  }
}

extension ImageBatch {
  static let classesKey = "ue.classes"
  static let historyKey = "ue.history"

  /// The names of the classes, by label; nil when the stream does not tell them.
  package var classes: [String]? {
    // A batch from a document was checked; metadata set by hand to something else tells no names.
    get { try? Self.names(metadata[Self.classesKey]) }
    set { metadata[Self.classesKey] = newValue.map { JSON.array($0.map(JSON.string)).text } }
  }

  /// One entry for every filter that touched the stream, the oldest first.
  package var history: [HistoryEntry] {
    get { (try? [HistoryEntry](metadata: metadata[Self.historyKey])) ?? [] }
    set { metadata[Self.historyKey] = newValue.metadata }
  }

  /// The pictures: U8 0...255 or F32 in 0...1, [N, C, H, W].
  package var image: Column? { columns[KnownColumn.image.rawValue] }
  /// The classes, from 0.
  package var labels: [Int]? { columns[KnownColumn.label.rawValue]?.integers }
  /// The records' positions in the source.
  package var ids: [Int]? { columns[KnownColumn.id.rawValue]?.integers }
  /// The files' names within the folder they came from.
  package var paths: [String]? {
    columns[KnownColumn.path.rawValue].map { column in
      let length = column.recordShape[0]
      return (0..<count).map {
        String(fileName: column.bytes[$0 * length..<($0 + 1) * length].prefix { $0 != 0 })
      }
    }
  }
  /// 1 for a record known to be poisoned, 0 for one known to be clean.
  package var poisoned: [UInt8]? { columns[KnownColumn.poisoned.rawValue]?.bytes }
  /// The signed perturbations, F32 [N, C, H, W] on the scale of 0...1.
  package var perturbation: Column? { columns[KnownColumn.perturbation.rawValue] }
  /// How much a record looks poisoned.
  package var scores: [Float]? { columns[KnownColumn.score.rawValue]?.floats }
  /// 1 for a record found to be poisoned.
  package var flags: [UInt8]? { columns[KnownColumn.flag.rawValue]?.bytes }

  static func names(_ metadata: String?) throws -> [String]? {
    guard let metadata else { return nil }
    return try JSON.array(metadata: metadata, classesKey).map {
      guard let name = $0.string else {
        throw Failure(.data, "the metadata \"\(classesKey)\" holds \($0.text.quoted), which is no name")
      }
      return name
    }
  }
}
