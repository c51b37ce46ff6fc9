import Formats
import RecordTools
import Records

/// What is fuzzed: a reader of foreign bytes.
enum FuzzTarget: String, CaseIterable {
  /// A record stream, model or checkpoint, as a file.
  case stream
  /// A safetensors document without the frame around it, whose checksum random damage hardly ever meets.
  case document
  /// A pair of `.npy` files.
  case npy
  /// An `.npz` archive of pictures and labels.
  case npz
  /// A file of perturbations: `.npy`, `.npz`, or the zip form of PyTorch's `.pt`.
  case pt
  /// What such a `.pt` archive holds, a pickle and a storage, within an archive whose sums are right.
  case pickle
  /// A bare pickle, or a file of torch.save's old form.
  case pkl
  /// A safetensors file, of records and of perturbations.
  case safetensors
  /// A pair of IDX files.
  case idx
  /// CIFAR's binary files.
  case cifar
  /// A folder of class folders with one picture, of whatever form.
  case folder
  /// The form of a picture alone, so that libFuzzer need not find its signature: that of a name each.
  case jpeg, png, webp, bmp, gif, tiff
  /// A WebDataset: a tar archive, labels of files.
  case webdataset
  /// The `.json` of a WebDataset's record, and the key of its label.
  case member
  /// A file of labels of a flat folder: `.npy`, lines, or a record stream.
  case labels

  /// Has the bytes read. To be refused with a `Failure` is right; anything else thrown is a defect.
  func read(_ bytes: [UInt8]) {
    do {
      switch self {
      case .stream: try Self.readStream(bytes)
      case .document: try Self.readDocument(bytes)
      case .npy:
        let (images, labels) = try Self.pair(bytes)
        try Self.readAll(DataSet.numPy(images: images, labels: labels))
      case .npz: try Self.readAll(DataSet.numPyArchive(ScratchFile.opened(bytes)))
      case .pt, .pkl: try Self.readArray(bytes)
      case .safetensors:
        try Self.readArray(bytes)
        var source = SafetensorsSource([try ScratchFile.opened(bytes)])
        while let batch = try source.next() { Self.check(batch) }
      case .pickle:
        let (pickle, storage) = Self.halves(bytes)
        try Self.readArray(Self.torch(pickle, storage))
      case .idx:
        let (images, labels) = try Self.pair(bytes)
        try Self.readAll(DataSet.idx([images, labels]))
      case .cifar: try Self.readAll(DataSet.cifar([ScratchFile.opened(bytes)], labels: .hundred))
      case .folder:
        try ScratchFile.write(bytes, to: ScratchFile.classFolder + "/picture.png")
        try Self.readAll(DataSet.folder(ScratchFile.folder, options: .init(size: 8, report: { _ in })))
      case .jpeg, .png, .webp, .bmp, .gif, .tiff: try Self.readPicture(bytes)
      case .webdataset:
        let options = DataSet.FolderOptions(size: 8, report: { _ in })
        try Self.readAll(DataSet.webDataset([ScratchFile.opened(bytes)], options: options))
      case .member:
        let (json, key) = Self.halves(bytes)
        let options = DataSet.FolderOptions(size: 8, report: { _ in })
        let archive = try StoredTar.bytes([("a.png", SeedCorpus.picture()), ("a.json", json)])
        try Self.readAll(
          DataSet.webDataset(
            [ScratchFile.opened(archive)], labels: .json(key: String(fileName: key)), options: options))
      case .labels:
        try ScratchFile.write(SeedCorpus.picture(), to: ScratchFile.classFolder + "/1.png")
        try Self.readAll(
          DataSet.flatFolder(
            ScratchFile.classFolder, labels: ScratchFile.opened(bytes), limits: StreamLimits(documentBytes: 1 << 26),
            options: .init(report: { _ in })))
      }
    } catch is Failure {
    } catch {
      fatalError("\(error) is no Failure")
    }
  }

  /// The file as each tool may take it; one that is read as one kind must be no other.
  private static func readStream(_ bytes: [UInt8]) throws {
    let limits = StreamLimits(documentBytes: 1 << 26)
    var accepted = 0
    func attempt(_ body: () throws -> Void) throws {
      do {
        try body()
        accepted += 1
      } catch is Failure {}
    }
    try attempt { try readRecords(bytes, limits) }
    try attempt { _ = try ModelDocument.read(ScratchFile.opened(bytes), limits: limits) }
    try attempt { _ = try CheckpointDocument.read(ScratchFile.opened(bytes), limits: limits) }
    precondition(accepted <= 1, "a file of two kinds")
    _ = try StreamSummary(ScratchFile.opened(bytes), limits: limits)
  }

  private static func readRecords(_ bytes: [UInt8], _ limits: StreamLimits) throws {
    let reader = RecordReader([try ScratchFile.opened(bytes)], limits: limits)
    while let batch = try reader.next() { check(batch) }
  }

  /// A document that is read and written must be the same when it is read again.
  private static func readDocument(_ bytes: [UInt8]) throws {
    let document = try Document(parsing: bytes)
    guard try Document(parsing: document.serialized()) == document else { fatalError("a document changed on its way") }
    check(try ImageBatch(document: document))
  }

  /// Looks at all that a batch knows of itself.
  private static func check(_ batch: ImageBatch) {
    _ = (batch.classes, batch.history, batch.labels, batch.ids, batch.scores, batch.image?.pictureFault)
    let half = batch.records(0..<batch.count / 2)
    precondition(half.count == batch.count / 2)
  }

  /// The array and all its rows; of several those of the first names that a file may have.
  private static func readArray(_ bytes: [UInt8]) throws {
    for name in [nil, "a", "0", "a.0"] {
      do {
        let array = try ForeignArray.read(ScratchFile.opened(bytes), array: name)
        for row in 0..<array.shape[0] { precondition(array.row(row).count == array.rowLength) }
        if array.shape.count > 1 { precondition(array.slice(0).rowLength * array.slice(0).shape[0] == array.rowLength) }
      } catch is Failure {}
    }
  }

  /// An archive as `torch.save` writes it.
  static func torch(_ pickle: [UInt8], _ storage: [UInt8]) -> [UInt8] {
    StoredArchive.bytes([("p/data.pkl", pickle), ("p/data/0", storage)])
  }

  /// A picture, or the reason why there is none.
  private static func readPicture(_ bytes: [UInt8]) throws {
    do {
      let picture = try Picture.decode(bytes).picture
      precondition(picture.planes.count == 3 * picture.width * picture.height)
    } catch let fault as PictureError {
      throw Failure(.data, fault.description)
    }
  }

  private static func readAll(_ set: DataSet) throws {
    var set = set
    while let batch = try set.next() { check(batch) }
  }

  private static func pair(_ bytes: [UInt8]) throws -> (InputFile, InputFile) {
    let (first, second) = halves(bytes)
    return (try ScratchFile.opened(first), try ScratchFile.opened(second))
  }

  /// Two files out of the bytes of one: the first two bytes say how long the second is.
  private static func halves(_ bytes: [UInt8]) -> ([UInt8], [UInt8]) {
    let rest = bytes.dropFirst(2)
    let length = min(bytes.prefix(2).reduce(0) { $0 << 8 | Int($1) }, rest.count)
    return (Array(rest.dropLast(length)), Array(rest.suffix(length)))
  }

  /// What `halves` takes apart.
  static func joined(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
    [UInt8(second.count >> 8 & 255), UInt8(second.count & 255)] + first + second
  }
}
