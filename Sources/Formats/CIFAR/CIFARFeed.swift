import Records

extension DataSet {
  /// Which of the labels of CIFAR's files a record gets.
  package enum CIFARLabels: Sendable {
    /// CIFAR-10's ten classes.
    case ten
    /// CIFAR-100's hundred classes.
    case hundred
    /// CIFAR-100's twenty groups of five classes.
    case twentyGroups
  }

  /// CIFAR-10 or CIFAR-100 in the binary form: a label byte (CIFAR-100: the group's, then the class's), then 3,072
  /// bytes, the red, green and blue plane of a picture of 32 × 32. The files are read one after the other, plain or gzip.
  ///
  /// - Throws: `Failure` (usage) for an unknown class; later (data) for a file that is empty or no whole number of
  ///   records, or a label out of range.
  package static func cifar(
    _ files: [InputFile], labels: CIFARLabels, selection: Selection = Selection()
  ) throws -> DataSet {
    DataSet(try CIFARFeed(files, labels, selection))
  }
}

private struct CIFARFeed: RecordFeed {
  private static let pixels = 3 * 32 * 32

  private let format: Format
  private let chosenLabel: Int
  private var choice: Choice
  private var files: ArraySlice<InputFile>
  private var file: DataFile?
  private var id = 0

  init(_ files: [InputFile], _ labels: DataSet.CIFARLabels, _ selection: Selection) throws {
    format = labels == .ten ? .ten : .hundred
    chosenLabel = labels == .hundred ? 1 : 0
    choice = try Choice(selection, among: format.names[chosenLabel])
    self.files = files[...]
  }

  var classes: [String]? { choice.classes }

  mutating func append(to batch: inout BatchAssembly) throws -> Bool {
    batch.shape = [3, 32, 32]
    guard !choice.isComplete else { return false }
    if file == nil {
      guard let next = files.popFirst() else { return false }
      file = try DataFile(next)
    }
    guard let file else { return false }
    let wanted = BatchAssembly.recordCount(recordByteCount: format.recordByteCount)
    let isFirst = file.position == 0
    let bytes = try file.read(upTo: wanted * format.recordByteCount)
    if bytes.isEmpty {
      guard !isFirst else { throw Failure(.data, "\(file.name): the file is empty") }
      self.file = nil
      return true
    }
    // A file of CIFAR's begins with a label; none of the kinds that are told from it does, but for a rare safetensors file.
    if isFirst, Int(bytes[0]) >= format.names[0].count, let kind = FileKind(Array(bytes.prefix(FileKind.byteCount))) {
      throw Failure(.data, "\(file.name): \(advice(kind, file.name))")
    }
    let count = bytes.count / format.recordByteCount
    batch.reserve(count)
    for place in 0..<count { try appendRecord(bytes, at: place * format.recordByteCount, of: file, to: &batch) }
    guard choice.isComplete || bytes.count == count * format.recordByteCount else {
      throw surplus(bytes.count - count * format.recordByteCount, in: file)
    }
    return true
  }

  private mutating func appendRecord(
    _ bytes: [UInt8], at start: Int, of file: DataFile, to batch: inout BatchAssembly
  ) throws {
    for (place, names) in format.names.enumerated() where Int(bytes[start + place]) >= names.count {
      let position = file.position - bytes.count + start
      throw Failure(
        .data,
        "\(file.name): record \(position / format.recordByteCount) (byte \(position + place)): "
          + "label \(bytes[start + place]) is not 0 to \(names.count - 1); is this a \(format.title) binary file?")
    }
    if let label = choice.admit(Int(bytes[start + chosenLabel])) {
      let first = start + format.names.count
      batch.append(bytes[first..<first + Self.pixels], label: label, id: id)
    }
    id += 1
  }

  /// What CIFAR comes as, where it is not yet the files that are read here.
  private func advice(_ kind: FileKind, _ name: String) -> String {
    switch kind {
    case .tar:
      "\(kind.title); take the files out on the way: tar xzOf \(name) --wildcards '*.bin' | ue-decode \(format.command)"
    case .zip: "\(kind.title); take the files out on the way: unzip -p \(name) '*.bin' | ue-decode \(format.command)"
    case .pickle: "\(kind.title); this is the Python version; take the binary version"
    default: kind.advice
    }
  }

  private func surplus(_ count: Int, in file: DataFile) -> Failure {
    let records = file.position / format.recordByteCount
    return Failure(
      .data,
      "\(file.name): \(count) bytes follow record number \(records) of \(format.recordByteCount) bytes each: "
        + "the file is cut short, or is not a \(format.title) binary file")
  }

  private struct Format {
    let title: String
    /// The command of ue-decode that reads it.
    let command: String
    /// The names behind each of a record's label bytes.
    let names: [[String]]

    var recordByteCount: Int { names.count + CIFARFeed.pixels }

    static let ten = Format(title: "CIFAR-10", command: "cifar10", names: [CIFARNames.ten])
    static let hundred = Format(
      title: "CIFAR-100", command: "cifar100", names: [CIFARNames.twentyGroups, CIFARNames.hundred])
  }
}
