import Records
import Threads

extension DataSet {
  /// Where a WebDataset's labels come from.
  package enum WebDatasetLabels: Sendable {
    /// From the `.cls` file of a record, or else its `.txt`.
    case file
    /// From a member of the `.json` file's object, whose members are named one within the other with dots between.
    case json(key: String)
  }

  /// WebDatasets: tar archives, plain or gzip, in which files of one name up to its first dot are a record: its picture,
  /// told by its ending; `.cls` or `.txt` its label; `.json` perhaps its `id`.
  ///
  /// Where the first label is a name, all are, and classes are numbered by the order of the bytes of their names: archives
  /// are read twice then, and of those that cannot be only the classes that the selection names are kept.
  /// - Parameters:
  ///   - labels: where they come from.
  ///   - options: `size`, `skipsBroken` and `report` are used.
  /// - Throws: now or later, `Failure` (data) for a damaged archive, a record without picture or label, and a picture of
  ///   another size than those before; (usage) for names in what cannot be read twice.
  package static func webDataset(
    _ files: [InputFile], labels: WebDatasetLabels = .file, options: FolderOptions, selection: Selection = Selection()
  ) throws -> DataSet {
    DataSet(try WebDatasetFeed(files, labels, options, selection))
  }
}

private struct WebDatasetFeed: RecordFeed {
  /// Bytes of pictures not yet decoded, beyond which a batch ends.
  private static let waitingByteCount = 64 << 20
  private let options: DataSet.FolderOptions
  private var choice: Choice
  private var samples: WebDatasetSamples
  /// The first record, read to tell what labels are.
  private var first: WebDatasetSample?
  private var count = 0
  private var brokenCount = 0
  private var unread = UnreadPictures()
  private var shape: [Int]?

  init(
    _ files: [InputFile], _ labels: DataSet.WebDatasetLabels, _ options: DataSet.FolderOptions, _ selection: Selection
  ) throws {
    self.options = options
    samples = WebDatasetSamples(files, labels)
    first = try samples.next()
    if let first, case .name = try samples.label(of: first) {
      samples.classes = try WebDatasetSamples.names(in: files, labels, chosen: selection.classes)
    }
    choice = try Choice(selection, among: samples.classes)
    if let size = options.size { shape = [3, size, size] }
  }

  var classes: [String]? { choice.classes }

  mutating func append(to batch: inout BatchAssembly) throws -> Bool {
    let length = shape.map { BatchAssembly.recordCount(recordByteCount: $0.reduce(1, *)) } ?? 1
    var (chosen, waiting): ([WebDatasetSample], Int) = ([], 0)
    var fault: (any Error)?
    do {
      // Photographs may be far larger in their files than they come out.
      while chosen.count < length, waiting < Self.waitingByteCount, !choice.isComplete, var sample = try nextSample() {
        sample.id = sample.id ?? count
        count += 1
        guard let number = choice.admit(try samples.number(of: sample)) else { continue }
        sample.number = number
        chosen.append(sample)
        waiting += sample.picture?.count ?? 0
      }
    } catch {
      fault = error
    }
    try decode(chosen, into: &batch)
    if let fault { throw fault }
    if !chosen.isEmpty { return true }
    if let shape { batch.shape = shape }
    if brokenCount > 0 { options.report("\(counted(brokenCount, "broken picture")) skipped") }
    for note in samples.notes(read: count) + unread.notes { options.report(note) }
    return false
  }

  private mutating func nextSample() throws -> WebDatasetSample? {
    if let sample = first {
      first = nil
      return sample
    }
    return try samples.next()
  }

  private mutating func decode(_ samples: [WebDatasetSample], into batch: inout BatchAssembly) throws {
    let pictures = Parallel.map(samples.count) { [size = options.size] place in
      Result { () throws(PictureFault) in try Self.picture(samples[place], size: size) }
    }
    for (sample, picture) in zip(samples, pictures) {
      switch picture {
      case .success(let decoded):
        let found = [decoded.picture.channels, decoded.picture.height, decoded.picture.width]
        guard shape ?? found == found else {
          throw sample.fault(
            "has a picture of \(found), those before are \(shape ?? []); --size brings all to one size")
        }
        shape = found
        batch.shape = found
        unread.add(decoded, sample.words)
        batch.append(decoded.picture.planes[...], label: sample.number, id: sample.id ?? 0)
      case .failure(.missing(let form)):
        unread.add(form, sample.words)
        choice.withdraw()
      case .failure(.broken(let failure)):
        guard options.skipsBroken else { throw failure }
        options.report("skipped: \(failure)")
        brokenCount += 1
        choice.withdraw()
      }
    }
  }

  private static func picture(_ sample: WebDatasetSample, size: Int?) throws(PictureFault) -> DecodedPicture {
    do {
      return try PictureFile.decode(sample.picture ?? [], size: size)
    } catch let fault as PictureError {
      throw fault.missing.map { .missing($0) } ?? .broken(sample.fault("has a broken picture: \(fault)"))
    } catch {
      throw .broken(sample.fault("has a broken picture: \(error)"))
    }
  }
}
