import OrderedCollections
import Records

/// A data set on disk, or made up, as a source of records: see the static functions, one for each format.
///
/// A source gives at least one batch, of no records when none is selected, so that what is written has its columns.
/// A fault in the middle surfaces after the good records before it have been given.
package struct DataSet: RecordSource {
  private var feed: any RecordFeed
  private var fault: (any Error)?
  private var hasEnded = false
  private var hasGiven = false

  init(_ feed: any RecordFeed) { self.feed = feed }

  package mutating func next() throws -> ImageBatch? {
    if let fault { throw fault }
    while !hasEnded {
      var batch = BatchAssembly()
      do {
        hasEnded = try !feed.append(to: &batch)
      } catch {
        guard !batch.isEmpty else { throw error }
        fault = error
        hasEnded = true
      }
      if batch.isEmpty && (hasGiven || !hasEnded) { continue }
      hasGiven = true
      return try batch.finished(classes: feed.classes)
    }
    return nil
  }
}

/// Records that are being gathered for one batch: pictures of one shape and type, labels, positions.
struct BatchAssembly {
  /// Channels, height and width, which a feed sets before it appends.
  var shape = [3, 0, 0]
  /// U8, or F32 where the data set holds fractions.
  var type = ElementType.u8
  /// Whether records have labels.
  var isLabelled = true
  private(set) var images: [UInt8] = []
  private(set) var labels: [Int] = []
  private(set) var ids: [Int] = []
  /// Bytes of the longest file name, which a feed sets before it appends; nil where records are not files.
  var pathLength: Int?
  private var paths: [UInt8] = []

  var isEmpty: Bool { ids.isEmpty }

  /// How many records of so many bytes a batch should have: about 4 MiB, and one at least.
  static func recordCount(recordByteCount: Int) -> Int {
    max(1, min(4096, (4 << 20) / max(1, recordByteCount)))
  }

  /// Makes room for records whose number is known.
  mutating func reserve(_ records: Int) {
    images.reserveCapacity(images.count + records * shape.reduce(type.byteCount, *))
  }

  /// Appends one record, its picture in planes. Precondition: it has a label where records have, and its file's name is no
  /// longer than `pathLength`.
  mutating func append(_ image: ArraySlice<UInt8>, label: Int?, id: Int, path: [UInt8] = []) {
    precondition((label != nil) == isLabelled, "a label of a record that has none, or none of one that has")
    images += image
    if let label { labels.append(label) }
    ids.append(id)
    if let pathLength { paths += path + [UInt8](repeating: 0, count: pathLength - path.count) }
  }

  consuming func finished(classes: [String]?) throws -> ImageBatch {
    let count = ids.count
    var columns: OrderedDictionary = ["image": Column(type: type, shape: [count] + shape, bytes: images)]
    if isLabelled { columns["label"] = Column(labels, shape: [count]) }
    columns["id"] = Column(ids, shape: [count])
    if let pathLength { columns["path"] = Column(paths, shape: [count, pathLength]) }
    return try ImageBatch(columns: columns, classes: classes)
  }
}

/// Something that hands over the records of a data set in order.
package protocol RecordSource {
  /// The next records, a bounded number of them; nil at the end.
  mutating func next() throws -> ImageBatch?
}

/// What a format's reader does: it moves on through its files and appends what it finds to the batch under way.
protocol RecordFeed {
  /// Names of the classes of the records that go on; nil when the format has none.
  var classes: [String]? { get }

  /// Appends some further records to an empty batch, none at times; false when there are no more.
  /// When it throws, the records appended until then are good.
  mutating func append(to batch: inout BatchAssembly) throws -> Bool
}
