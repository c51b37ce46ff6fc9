import Records
import Threads

extension DataSet {
  /// WebDatasets: tar archives, plain or gzip, in which files of one name up to its first dot are a record: `.png`, `.jpg` or
  /// `.jpeg` its picture, `.cls` its label in digits, `.json` perhaps its `id`.
  ///
  /// - Parameter options: `size` and `report` are used; a broken picture is an error.
  /// - Throws: later, `Failure` (data) for a damaged archive, a record without picture or label, and a picture of another
  ///   size than those before.
  package static func webDataset(
    _ files: [InputFile], options: FolderOptions, selection: Selection = Selection()
  ) throws -> DataSet {
    DataSet(try WebDatasetFeed(files, options, selection))
  }
}

private struct WebDatasetFeed: RecordFeed {
  let classes: [String]? = nil
  /// Bytes of pictures not yet decoded, beyond which a batch ends.
  private static let waitingByteCount = 64 << 20
  private let options: DataSet.FolderOptions
  private var choice: Choice
  private var files: ArraySlice<InputFile>
  private var archive: (reader: TarReader, name: String)?
  /// The first file of the next record, read already.
  private var waiting: TarReader.Entry?
  private var count = 0
  private var strangers: (count: Int, first: String?) = (0, nil)
  private var shape: [Int]?

  init(_ files: [InputFile], _ options: DataSet.FolderOptions, _ selection: Selection) throws {
    self.files = files[...]
    self.options = options
    choice = try Choice(selection, among: nil)
    if let size = options.size { shape = [3, size, size] }
  }

  /// The files of one record.
  private struct Sample {
    let key: String
    let archive: String
    var picture: [UInt8]?
    var label: Int?
    var id: Int?

    func fault(_ words: String) -> Failure { Failure(.data, "\(archive): the record \(key.quoted) \(words)") }
  }

  mutating func append(to batch: inout BatchAssembly) throws -> Bool {
    let length = shape.map { BatchAssembly.recordCount(recordByteCount: $0.reduce(1, *)) } ?? 1
    var (samples, waiting): ([Sample], Int) = ([], 0)
    var fault: (any Error)?
    do {
      // Photographs may be far larger in their files than they come out.
      while samples.count < length, waiting < Self.waitingByteCount, !choice.isComplete, let sample = try nextSample() {
        guard let label = sample.label else { throw sample.fault("has no .cls file, which would hold its label") }
        var kept = sample
        kept.id = kept.id ?? count
        count += 1
        guard let number = choice.admit(label) else { continue }
        kept.label = number
        samples.append(kept)
        waiting += kept.picture?.count ?? 0
      }
    } catch {
      fault = error
    }
    try decode(samples, into: &batch)
    if let fault { throw fault }
    if !samples.isEmpty { return true }
    if let shape { batch.shape = shape }
    if let first = strangers.first {
      options.report("\(strangers.count) other files left out, the first \(first.printable)")
    }
    return false
  }

  private mutating func decode(_ samples: [Sample], into batch: inout BatchAssembly) throws {
    let pictures = Parallel.map(samples.count) { [size = options.size] place in
      Result { () throws(Failure) in try Self.picture(samples[place], size: size) }
    }
    for (sample, picture) in zip(samples, pictures) {
      let picture = try picture.get()
      let found = [picture.channels, picture.height, picture.width]
      guard shape ?? found == found else {
        throw sample.fault("has a picture of \(found), those before are \(shape ?? []); --size brings all to one size")
      }
      shape = found
      batch.shape = found
      batch.append(picture.planes[...], label: sample.label ?? 0, id: sample.id ?? 0)
    }
  }

  private static func picture(_ sample: Sample, size: Int?) throws(Failure) -> Picture {
    guard let bytes = sample.picture else { throw sample.fault("has no picture, a .png, .jpg or .jpeg file") }
    do {
      let picture = try Picture(decoding: bytes)
      return size.map { picture.squared(to: $0) } ?? picture
    } catch {
      throw sample.fault("has a broken picture: \(error)")
    }
  }

  /// The files up to the next name; nil at the end of the last archive.
  private mutating func nextSample() throws -> Sample? {
    guard let first = try nextEntry() else { return nil }
    let key = Self.parts(first.path).key
    var sample = Sample(key: key, archive: archive?.name ?? "")
    var next: TarReader.Entry? = first
    while let entry = next {
      guard Self.parts(entry.path).key == key else {
        waiting = entry
        break
      }
      try take(entry, into: &sample)
      next = try archive?.reader.next()
      if next == nil { archive = nil }
    }
    return sample
  }

  private mutating func nextEntry() throws -> TarReader.Entry? {
    if let entry = waiting {
      waiting = nil
      return entry
    }
    while true {
      if let entry = try archive?.reader.next() { return entry }
      guard let file = files.popFirst() else { return nil }
      archive = (TarReader(try DataFile(file)), file.name)
    }
  }

  private mutating func take(_ entry: TarReader.Entry, into sample: inout Sample) throws {
    switch Self.parts(entry.path).ending {
    case "png", "jpg", "jpeg":
      guard sample.picture == nil else { throw sample.fault("has two pictures") }
      sample.picture = entry.bytes
    case "cls":
      let text = String(decoding: entry.bytes, as: UTF8.self)
      let digits = text.filter { !$0.isWhitespace }
      guard let label = Int(digits), label >= 0 else {
        throw sample.fault("has the label \(text.quoted), where a number from 0 up is expected")
      }
      sample.label = label
    case "json":
      sample.id = (try? JSON(parsing: entry.bytes))?["id"]?.integer
    default: strangers = (strangers.count + 1, strangers.first ?? entry.path)
    }
  }

  /// The path up to the first dot of the file's name, and what follows it, in small letters.
  private static func parts(_ path: String) -> (key: String, ending: String) {
    let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    guard let dot = path[start...].firstIndex(of: ".") else { return (path, "") }
    return (String(path[..<dot]), path[path.index(after: dot)...].lowercased())
  }
}
