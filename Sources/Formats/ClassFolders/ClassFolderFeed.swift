import Records
import Threads

extension DataSet {
  /// How a folder's pictures are read.
  package struct FolderOptions: Sendable {
    /// Width and height of the records: the picture's shorter side is scaled to it, the middle kept. Without it all
    /// pictures must have the same size.
    package var size: Int?
    /// Leave out pictures that cannot be decoded, instead of stopping at the first.
    package var skipsBroken: Bool
    /// Told, in words, what was left out: each broken picture, and at the end the numbers.
    package var report: @Sendable (String) -> Void

    /// The default choices, with what is given in their place.
    package init(
      size: Int? = nil, skipsBroken: Bool = false, report: @escaping @Sendable (String) -> Void
    ) {
      precondition(size ?? 1 > 0, "sizes count from 1")
      self.size = size
      self.skipsBroken = skipsBroken
      self.report = report
    }
  }

  /// A folder of class folders of PNG and JPEG files, told apart by their first bytes.
  ///
  /// Classes are numbered by their folders' names in the order of bytes, pictures by their paths; folders within a
  /// class folder belong to the class. Files whose names do not end in `.png`, `.jpg` or `.jpeg` are left out and
  /// counted, hidden ones passed over, links followed. A class folder without pictures keeps its number.
  ///
  /// - Throws: `Failure` when the folder cannot be read or holds no class folders, or for an unknown class; later, for
  ///   a broken picture or one of another size.
  package static func folder(
    _ path: String, options: FolderOptions, selection: Selection = Selection()
  ) throws -> DataSet {
    DataSet(try ClassFolderFeed(path, options, selection))
  }
}

private struct ClassFolderFeed: RecordFeed {
  private let path: String
  private let options: DataSet.FolderOptions
  private var folders: ClassFolders
  private var choice: Choice
  private var id = 0
  private var decodedCount = 0
  private var brokenCount = 0
  /// Of all records: known from the start, or taken from the first picture.
  private var size: (width: Int, height: Int)?

  init(_ path: String, _ options: DataSet.FolderOptions, _ selection: Selection) throws {
    self.path = path
    self.options = options
    folders = try ClassFolders(path)
    choice = try Choice(selection, among: folders.classes)
    size = options.size.map { ($0, $0) }
  }

  var classes: [String]? { choice.classes }

  mutating func append(to batch: inout BatchAssembly) throws -> Bool {
    let candidates = try nextCandidates()
    let pictures = Parallel.map(candidates.count) { [options, candidates] place in
      Result { () throws(Failure) in try Self.picture(candidates[place].path, size: options.size) }
    }
    for (candidate, picture) in zip(candidates, pictures) {
      switch picture {
      case .success(let picture):
        try checkSize(of: picture, candidate)
        batch.shape = [3, picture.height, picture.width]
        batch.append(picture.planes[...], label: candidate.label, id: candidate.id)
        decodedCount += 1
      case .failure(let failure):
        try skip(failure)
      }
    }
    guard candidates.isEmpty else { return true }
    if let size { batch.shape = [3, size.height, size.width] }
    try finish()
    return false
  }

  private struct Candidate {
    let path: String
    let label: Int
    let id: Int
  }

  /// The pictures for one batch; a single one while their size is unknown.
  private mutating func nextCandidates() throws -> [Candidate] {
    let wanted = size.map {
      max(Parallel.count, BatchAssembly.recordCount(recordByteCount: 3 * $0.width * $0.height))
    }
    var candidates: [Candidate] = []
    while candidates.count < wanted ?? 1, !choice.isComplete, let (path, label) = try folders.next() {
      if let label = choice.admit(label) { candidates.append(Candidate(path: path, label: label, id: id)) }
      id += 1
    }
    return candidates
  }

  private static func picture(_ path: String, size: Int?) throws(Failure) -> Picture {
    let picture: Picture
    do {
      picture = try Picture(decoding: PictureFile.bytes(path))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.data, "\(path): \(error)")
    }
    return size.map { picture.squared(to: $0) } ?? picture
  }

  private mutating func checkSize(of picture: Picture, _ candidate: Candidate) throws {
    guard let size else {
      size = (picture.width, picture.height)
      return
    }
    guard picture.width == size.width, picture.height == size.height else {
      throw Failure(
        .data,
        "\(candidate.path.printable): \(picture.width)×\(picture.height) pixels, but the pictures before it have "
          + "\(size.width)×\(size.height); bring all to one size with --size")
    }
  }

  private mutating func skip(_ failure: Failure) throws {
    // A file's name may hold anything.
    let failure = Failure(failure.kind, failure.message.printable)
    guard options.skipsBroken else { throw failure }
    options.report("skipped: \(failure)")
    brokenCount += 1
    choice.withdraw()
  }

  /// Says what was left out, and fails when nothing could be read although pictures were asked for.
  private func finish() throws {
    if brokenCount > 0 { options.report("\(Self.count(brokenCount, "broken picture")) skipped") }
    if let first = folders.strangers.first {
      let files = Self.count(folders.strangers.count, "file")
      options.report("\(files) left out whose names do not end in .png, .jpg or .jpeg, the first \(first.printable)")
    }
    if !folders.emptyClasses.isEmpty {
      options.report("no picture in class \(folders.emptyClasses.joined(separator: ", ").printable)")
    }
    if decodedCount == 0 && brokenCount > 0 {
      throw Failure(.data, "\(path): none of the \(Self.count(brokenCount, "picture")) tried can be read")
    }
    if id == 0 && !choice.isComplete { throw Failure(.data, "\(path): there is no picture in its class folders") }
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}

/// A picture's file, read whole.
private enum PictureFile {
  /// Larger files are not pictures that anyone trains on.
  private static let maximumByteCount = 1 << 30

  static func bytes(_ path: String) throws -> [UInt8] {
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
