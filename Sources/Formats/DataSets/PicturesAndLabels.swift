import Records

extension Int {
  /// The label that a text is: a whole number, which programs that know only floating-point numbers write with zeros behind a
  /// point; nil for any other text.
  init?(label text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first,
      parts.count == 1 || !parts[1].isEmpty && parts[1].utf8.allSatisfy({ $0 == UInt8(ascii: "0") })
    else { return nil }
    self.init(String(whole))
  }
}

/// The pictures of a batch as 8-bit samples, and the label of each: what forms of data sets hold that know nothing else.
struct PicturesAndLabels {
  /// The records.
  var count: Int { labels.count }
  /// Channels, height and width.
  let shape: [Int]
  /// From 0.
  let labels: [Int]
  /// The samples of all pictures, in planes.
  private let samples: [UInt8]

  /// - Throws: `Failure` of kind `data` where there are no pictures or labels, or a value is out of its range.
  init(_ batch: ImageBatch, failure: (_ record: Int, _ words: String) -> Failure) throws {
    guard let image = batch.image else { throw failure(0, "there is no column image to write") }
    guard let labels = batch.labels else { throw failure(0, "there is no column label, which this form needs") }
    if let fault = image.pictureFault ?? ImageBatch.labelFault(labels, classes: batch.classes) {
      throw failure(fault.record, fault.words)
    }
    self.labels = labels
    shape = image.recordShape
    samples = image.levels
  }

  /// A picture's samples, plane by plane.
  func planes(_ row: Int) -> ArraySlice<UInt8> {
    let width = shape.reduce(1, *)
    return samples[row * width..<(row + 1) * width]
  }

  /// A picture.
  func picture(_ row: Int) -> Picture {
    Picture(planes: planes(row), channels: shape[0], height: shape[1], width: shape[2])
  }
}

/// What the forms that hold pictures and labels only leave out, gathered batch by batch.
struct LeftOut {
  private var count = 0
  private var columns: [String] = []
  private var isRounded = false
  private var losesNames = false

  /// Notes a batch.
  ///
  /// - Parameters:
  ///   - kept: the columns that the form holds. Ids that are no more than positions are not missed.
  ///   - names: the classes' names that a reader of the form finds.
  mutating func add(_ batch: ImageBatch, kept: Set<String>, names: [String]? = nil) {
    let missed = batch.columns.keys.filter { name in
      !kept.contains(name) && (name != "id" || batch.ids != Array(count..<count + batch.count))
    }
    for name in missed where !columns.contains(name) { columns.append(name) }
    count += batch.count
    isRounded = isRounded || batch.image?.type == .f32 && batch.count > 0
    losesNames = losesNames || batch.classes.map { $0 != names } ?? false
  }

  /// In words for the user.
  var notes: [String] {
    var notes: [String] = []
    if !columns.isEmpty { notes.append("columns not written: \(columns.joined(separator: ", ").printable)") }
    if isRounded { notes.append("pictures of fractions were rounded to 8 bits") }
    if losesNames { notes.append("the names of the classes were not written") }
    return notes
  }
}
