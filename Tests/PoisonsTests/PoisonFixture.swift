import Records
import TestSupport

@testable import Poisons

/// A small set for attacks that look at all of it.
enum PoisonFixture {
  /// A spool of the given U8 pictures.
  static func spool(_ pictures: [UInt8], shape: [Int], labels: [Int]) throws -> Spool {
    let folder = try TemporaryFolder()
    let writer = RecordWriter(try OutputFile.create(folder.file("set.rec")))
    let count = labels.count
    try writer.write(
      ImageBatch(columns: [
        "image": Column(pictures, shape: [count] + shape), "label": Column(labels, shape: [count]),
        "id": Column((0..<count).map { $0 + 10 }, shape: [count]),
      ]))
    try writer.close()
    return try Spool(RecordReader([try InputFile.open(folder.file("set.rec"))]))
  }

  static func set(_ pictures: [UInt8], shape: [Int], labels: [Int], rate: Float = 1) throws -> PoisonSet {
    PoisonSet(try spool(pictures, shape: shape, labels: labels), share: PoisonedShare(rate: rate, seed: 0))
  }
}
