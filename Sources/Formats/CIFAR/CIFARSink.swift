import Records

/// CIFAR's binary form: a label byte (CIFAR-100: the group's, then the class's), then the red, green and blue plane of
/// a picture of 32 × 32.
package struct CIFARSink: RecordSink {
  /// Whose labels the records bear.
  package enum Labels: Sendable {
    /// CIFAR-10's, 0 to 9.
    case ten
    /// CIFAR-100's classes, 0 to 99; the group follows from the class.
    case hundred
  }

  private let output: OutputFile
  private let labels: Labels
  private var leftOut = LeftOut()

  /// A data set in one file.
  package init(_ output: OutputFile, labels: Labels) {
    self.output = output
    self.labels = labels
  }

  package mutating func write(_ batch: ImageBatch, failure: (Int, String) -> Failure) throws {
    let pictures = try PicturesAndLabels(batch, failure: failure)
    let names = labels == .ten ? CIFARNames.ten : CIFARNames.hundred
    leftOut.add(batch, kept: ["image", "label"], names: names)
    guard batch.count == 0 || pictures.shape == [3, 32, 32] else {
      throw failure(0, "pictures are \(pictures.shape) where CIFAR's are [3, 32, 32] (channels, rows, columns)")
    }
    let classes = labels == .ten ? 10 : 100
    if let row = pictures.labels.firstIndex(where: { $0 >= classes }) {
      throw failure(row, "the label is \(pictures.labels[row]), where CIFAR-\(classes) has 0 to \(classes - 1)")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(batch.count * 3074)
    for (row, label) in pictures.labels.enumerated() {
      if labels == .hundred { bytes.append(CIFARNames.groups[label]) }
      bytes.append(UInt8(label))
      bytes += pictures.planes(row)
    }
    try output.write(bytes)
  }

  package mutating func close() throws { try output.commit() }

  package var notes: [String] { leftOut.notes }
}
