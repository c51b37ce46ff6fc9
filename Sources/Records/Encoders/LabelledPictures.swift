/// The pictures of a batch as 8-bit samples, and the label of each: what forms of data sets hold that know nothing else.
struct LabelledPictures {
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
    samples = image.type == .u8 ? image.bytes : image.floats.map { UInt8(($0 * 255).rounded()) }
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
  private var columns: [String] = []
  private var isRounded = false
  private var hasNames = false

  /// Notes a batch.
  ///
  /// - Parameter kept: the columns that the form holds.
  mutating func add(_ batch: ImageBatch, kept: Set<String>) {
    for name in batch.columns.keys where !kept.contains(name) && !columns.contains(name) { columns.append(name) }
    isRounded = isRounded || batch.image?.type == .f32 && batch.count > 0
    hasNames = hasNames || batch.classes != nil
  }

  /// In words for the user.
  ///
  /// - Parameter keepsNames: whether the form holds the names of the classes.
  func notes(keepsNames: Bool) -> [String] {
    var notes: [String] = []
    if !columns.isEmpty { notes.append("columns not written: \(columns.joined(separator: ", ").printable)") }
    if isRounded { notes.append("pictures of fractions were rounded to 8 bits") }
    if hasNames, !keepsNames { notes.append("the names of the classes were not written") }
    return notes
  }
}
