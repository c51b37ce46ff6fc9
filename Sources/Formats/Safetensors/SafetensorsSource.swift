import Records

/// Plain safetensors files as records: every column as it stands, but for those that the format knows, which take the type
/// that they have in a stream.
///
/// A file needs no metadata of ours; one that bears it must say that it holds images.
package struct SafetensorsSource: RecordSource {
  private let limits: StreamLimits
  private let report: (String) -> Void
  private var files: ArraySlice<InputFile>
  private var rules = StreamRules()

  /// The files, read one after the other, each whole.
  ///
  /// - Parameter report: takes a note for the user, of a file that lacks pictures.
  package init(_ files: [InputFile], limits: StreamLimits = .init(), report: @escaping (String) -> Void = { _ in }) {
    self.files = files[...]
    self.limits = limits
    self.report = report
  }

  /// The records of the next file.
  ///
  /// - Throws: `Failure` of kind `data`, naming the file, when it is damaged, larger than the limit, or holds other
  ///   columns or classes than those before.
  package mutating func next() throws -> ImageBatch? {
    guard let file = files.popFirst() else { return nil }
    do {
      let bytes = try Self.bytes(of: file, limits)
      if let kind = FileKind(Array(bytes.prefix(FileKind.byteCount))), kind != .safetensors {
        throw Failure(.data, "not a safetensors file, but \(kind.advice)")
      }
      var document = try Document(parsing: bytes, limits: limits)
      if document.metadata[DocumentKind.kindKey] == nil {
        document.metadata.merge(DocumentKind.images.metadata) { $1 }
      }
      for (name, column) in document.tensors { document.tensors[name] = try KnownTypes.converted(column, name) }
      let batch = try ImageBatch(document: document)
      try rules.take(batch)
      let labelFault = batch.labels.flatMap { ImageBatch.labelFault($0, classes: batch.classes) }
      if let fault = batch.image?.pictureFault ?? labelFault {
        throw Failure(.data, "record \(fault.record): \(fault.words)")
      }
      if batch.image == nil {
        let names = batch.columns.keys.joined(separator: ", ").printable
        report("note: \(file.name): no column image; the columns are \(names)")
      }
      return batch
    } catch let fault as Failure where fault.kind == .data {
      throw Failure(.data, "\(file.name): \(fault.message)")
    }
  }

  private static func bytes(of file: InputFile, _ limits: StreamLimits) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let more = try file.read(upTo: 1 << 20)
      if more.isEmpty { return bytes }
      bytes += more
      guard bytes.count <= limits.documentBytes else {
        throw Failure(.data, "more than \(limits.documentBytes) bytes; --max-document sets how many are accepted")
      }
    }
  }
}

/// The columns whose types the stream fixes, from those that other programs give them.
private enum KnownTypes {
  /// The column in the type that a stream has; as it is where there is none for its name, or its own cannot become it.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, for values that the stream's type does not hold.
  static func converted(_ column: Column, _ name: String) throws -> Column {
    guard let known = KnownColumn(rawValue: name), let element = ArrayElement(column.type) else { return column }
    switch known {
    case .image: return element.isInteger ? try whole(column, name, UInt8.self, .u8) : floats(column, element)
    case .perturbation, .score: return element.isInteger ? column : floats(column, element)
    case .label where column.recordShape.count == 1 && column.recordShape[0] > 1:
      return try oneHot(column, element, name)
    case .label, .id: return element.isInteger ? try whole(column, name, Int64.self, .i64) : column
    case .path, .poisoned, .flag: return element.isInteger ? try whole(column, name, UInt8.self, .u8) : column
    }
  }

  private static func floats(_ column: Column, _ element: ArrayElement) -> Column {
    column.type == .f32 ? column : Column(element.floats(column.bytes[...]), shape: column.shape)
  }

  private static func whole<Word: FixedWidthInteger & BitwiseCopyable>(
    _ column: Column, _ name: String, _: Word.Type, _ type: ElementType
  ) throws -> Column {
    guard column.type != type, let element = ArrayElement(column.type) else { return column }
    let words = try element.integers(column.bytes[...]).map { number in
      guard let word = number.flatMap(Word.init(exactly:)) else {
        throw Failure(
          .data,
          "the column \"\(name)\" holds \(number.map(String.init) ?? "a number beyond Int64"), "
            + "which \(type.rawValue) does not")
      }
      return word
    }
    return Column(type: type, shape: column.shape, bytes: words.withUnsafeBytes { Array($0) })
  }

  /// Labels out of rows with a 1 among zeros.
  private static func oneHot(_ column: Column, _ element: ArrayElement, _ name: String) throws -> Column {
    let width = column.recordShape[0]
    let values = element.floats(column.bytes[...])
    let labels = try (0..<column.count).map { record in
      guard let label = OneHot.place(values[record * width..<(record + 1) * width]) else {
        throw Failure(.data, "the column \"\(name)\", record \(record): \(OneHot.fault)")
      }
      return label
    }
    return Column(labels, shape: [column.count])
  }
}
