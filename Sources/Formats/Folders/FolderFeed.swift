import Records
import Threads

extension DataSet {
  /// How pictures of files are read.
  package struct FolderOptions: Sendable {
    /// Width and height of the records: the picture's shorter side is scaled to it, the middle kept. Without it all
    /// pictures must have the same size.
    package var size: Int?
    /// Leave out pictures that cannot be decoded, instead of stopping at the first.
    package var skipsBroken: Bool
    /// Number records by what torchvision's `ImageFolder` takes for a picture, in its order, and not by the pictures read.
    package var countsAsImageFolder: Bool
    /// Told, in words, what was left out: each broken picture, and at the end the numbers.
    package var report: @Sendable (String) -> Void

    /// The default choices, with what is given in their place.
    package init(
      size: Int? = nil, skipsBroken: Bool = false, countsAsImageFolder: Bool = false,
      report: @escaping @Sendable (String) -> Void
    ) {
      precondition(size ?? 1 > 0, "sizes count from 1")
      self.size = size
      self.skipsBroken = skipsBroken
      self.countsAsImageFolder = countsAsImageFolder
      self.report = report
    }
  }

  /// A folder of class folders of pictures, whose forms are told by their first bytes.
  ///
  /// Classes are numbered by their folders' names in the order of bytes, pictures by their paths; folders within a
  /// class folder belong to the class. Files that are no pictures by the endings of their names are left out and
  /// counted, hidden ones passed over, links followed. A class folder without pictures keeps its number.
  ///
  /// - Throws: `Failure` when the folder cannot be read or holds no class folders, or for an unknown class; later, for
  ///   a broken picture or one of another size.
  package static func folder(
    _ path: String, options: FolderOptions, selection: Selection = Selection()
  ) throws -> DataSet {
    let listing = try ClassFolders(
      path, numbering: options.countsAsImageFolder ? .imageFolder : .pictures, report: options.report)
    return DataSet(try FolderFeed(path, listing, options, selection))
  }

  /// A folder of pictures without classes: ids are the last numbers in their names, in whose order they come.
  ///
  /// - Parameter labels: a file of labels: an `.npy` array or a record stream by id, or lines of `name,label`; nil for
  ///   records without labels.
  /// - Throws: `Failure` when the folder or the file cannot be read, for a name without a number and two of one; later, for
  ///   a picture without a label, a broken one or one of another size.
  package static func flatFolder(
    _ path: String, labels: InputFile?, limits: StreamLimits = .init(), options: FolderOptions,
    selection: Selection = Selection()
  ) throws -> DataSet {
    guard labels != nil || selection.classes == nil else {
      throw Failure(.usage, "--classes: a flat folder has no classes; give their labels with --labels")
    }
    let listing = try FlatFolder(path, labels: labels.map { try PictureLabels($0, limits: limits) })
    return DataSet(try FolderFeed(path, listing, options, selection))
  }
}

private struct FolderFeed<Listing: PictureListing>: RecordFeed {
  private let path: String
  private let options: DataSet.FolderOptions
  private var listing: Listing
  private var choice: Choice
  private let nameLength: Int
  private var listedCount = 0
  private var decodedCount = 0
  private var brokenCount = 0
  private var unread = UnreadPictures()
  /// Of all records: known from the start, or taken from the first picture.
  private var size: (width: Int, height: Int)?

  init(_ path: String, _ listing: Listing, _ options: DataSet.FolderOptions, _ selection: Selection) throws {
    (self.path, self.options, self.listing) = (path, options, listing)
    choice = try Choice(selection, among: listing.classes)
    nameLength = try listing.longestName()
    size = options.size.map { ($0, $0) }
  }

  var classes: [String]? { choice.classes }

  mutating func append(to batch: inout BatchAssembly) throws -> Bool {
    batch.isLabelled = listing.isLabelled
    batch.pathLength = nameLength
    let candidates = try nextCandidates()
    let pictures = Parallel.map(candidates.count) { [options, candidates] place in
      Result { () throws(PictureFault) in try PictureFile.picture(candidates[place].path, size: options.size) }
    }
    for (candidate, picture) in zip(candidates, pictures) {
      switch picture {
      case .success(let decoded):
        try checkSize(of: decoded.picture, candidate)
        unread.add(decoded, candidate.path)
        batch.shape = [3, decoded.picture.height, decoded.picture.width]
        let name = try nameBytes(candidate)
        batch.append(decoded.picture.planes[...], label: candidate.label, id: candidate.id, path: name)
        decodedCount += 1
      case .failure(.missing(let library)):
        unread.add(library, candidate.path)
        choice.withdraw()
      case .failure(.broken(let failure)):
        try skip(failure)
      }
    }
    guard candidates.isEmpty else { return true }
    if let size { batch.shape = [3, size.height, size.width] }
    try finish()
    return false
  }

  /// The pictures for one batch, with their labels as they go on; a single one while their size is unknown.
  private mutating func nextCandidates() throws -> [ListedPicture] {
    let wanted = size.map {
      max(Parallel.count, BatchAssembly.recordCount(recordByteCount: 3 * $0.width * $0.height))
    }
    var candidates: [ListedPicture] = []
    while candidates.count < wanted ?? 1, !choice.isComplete, let picture = try listing.next() {
      listedCount += 1
      guard let label = choice.admit(picture.label ?? 0) else { continue }
      candidates.append(
        ListedPicture(
          path: picture.path, name: picture.name, label: picture.label.map { _ in label }, id: picture.id))
    }
    return candidates
  }

  private mutating func checkSize(of picture: Picture, _ candidate: ListedPicture) throws {
    guard let size else {
      size = (picture.width, picture.height)
      return
    }
    guard picture.width == size.width, picture.height == size.height else {
      throw Failure(
        .data,
        "\(candidate.path): \(picture.width)×\(picture.height) pixels, but the pictures before it have "
          + "\(size.width)×\(size.height); bring all to one size with --size")
    }
  }

  private func nameBytes(_ candidate: ListedPicture) throws -> [UInt8] {
    let name = candidate.name.fileNameBytes
    guard name.count <= nameLength else {
      throw Failure(.data, "\(candidate.path): came into the folder while it was read; start again")
    }
    return name
  }

  private mutating func skip(_ failure: Failure) throws {
    guard options.skipsBroken else { throw failure }
    options.report("skipped: \(failure)")
    brokenCount += 1
    choice.withdraw()
  }

  /// Says what was left out, and fails when nothing could be read although pictures were asked for.
  private func finish() throws {
    if brokenCount > 0 { options.report("\(counted(brokenCount, "broken picture")) skipped") }
    for note in [listing.leftOut.note("no picture by the ending of its name")].compactMap({ $0 }) + listing.notes
      + unread.notes
    {
      options.report(note)
    }
    if decodedCount == 0 && brokenCount > 0 {
      throw Failure(.data, "\(path): none of the \(counted(brokenCount, "picture")) tried can be read")
    }
    if decodedCount == 0, unread.count > 0 {
      throw Failure(.data, "\(path): none of its pictures can be read by this build")
    }
    if listedCount == 0 && !choice.isComplete {
      throw Failure(.data, "\(path): there is no picture in its class folders")
    }
  }
}

/// Why a file gave no picture.
enum PictureFault: Error {
  /// It is damaged or no picture, or cannot be opened.
  case broken(Failure)
  /// It is of a form for which this build lacks a library.
  case missing(PictureForm)
}

/// A picture's file, read whole.
enum PictureFile {
  /// Larger files are not pictures that anyone trains on.
  private static let maximumByteCount = 1 << 30

  /// The picture in a file, scaled to a size where one is given.
  static func picture(_ path: String, size: Int?) throws(PictureFault) -> DecodedPicture {
    do {
      return try decode(bytes(path), size: size)
    } catch let failure as Failure {
      throw .broken(failure)
    } catch let fault as PictureError {
      throw fault.missing.map { .missing($0) } ?? .broken(Failure(.data, "\(path): \(fault)"))
    } catch {
      throw .broken(Failure(.software, "\(path): \(error)"))
    }
  }

  /// The picture that bytes hold, scaled to a size where one is given.
  static func decode(_ bytes: [UInt8], size: Int?) throws -> DecodedPicture {
    let decoded = try Picture.decode(bytes)
    return size.map { DecodedPicture(decoded.picture.squared(to: $0), warning: decoded.warning) } ?? decoded
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    let file = try InputFile.open(path)
    var bytes: [UInt8] = []
    while true {
      let more = try file.read(upTo: 1 << 16)
      if more.isEmpty { return bytes }
      bytes += more
      guard bytes.count <= maximumByteCount else {
        throw Failure(.data, "\(path): more than \(maximumByteCount) bytes: too large for a picture")
      }
    }
  }
}

/// Pictures that were read in spite of a fault, and those that this build cannot read, counted.
struct UnreadPictures {
  private var imperfect: (count: Int, first: String, words: String)?
  private var missing: [PictureForm: (count: Int, first: String)] = [:]

  /// How many could not be read.
  var count: Int { missing.values.reduce(0) { $0 + $1.count } }

  mutating func add(_ decoded: DecodedPicture, _ name: String) {
    guard let words = decoded.warning else { return }
    imperfect = imperfect.map { ($0.count + 1, $0.first, $0.words) } ?? (1, name, words)
  }

  mutating func add(_ form: PictureForm, _ name: String) {
    missing[form] = missing[form].map { ($0.count + 1, $0.first) } ?? (1, name)
  }

  var notes: [String] {
    let lacking = missing.sorted { $0.key.rawValue < $1.key.rawValue }.map { form, found in
      "\(counted(found.count, "\(form.title) picture")) left out, since this build lacks \(form.library ?? ""); the first is "
        + found.first
    }
    let read = imperfect.map {
      "note: \(counted($0.count, "picture")) read in spite of a fault; the first is \($0.first): \($0.words)"
    }
    return lacking + [read].compactMap { $0 }
  }
}
