import OrderedCollections
import Records
import TestSupport

/// Small record streams for whole-process tests.
enum Pictures {
  /// Records of pictures whose every element follows from record and place; labels count up modulo `classes`.
  static func batch(
    count: Int, side: Int = 8, channels: Int = 3, classes: Int = 3, isFloat: Bool = false,
    change: (inout OrderedDictionary<String, Column>) -> Void = { _ in }
  ) throws -> ImageBatch {
    let length = channels * side * side
    let bytes = (0..<count * length).map { UInt8(($0 / length * 37 + $0 % length * 11) % 256) }
    let shape = [count, channels, side, side]
    let image = isFloat ? Column(bytes.map { Float($0) / 255 }, shape: shape) : Column(bytes, shape: shape)
    var columns: OrderedDictionary<String, Column> = [
      "image": image, "label": Column((0..<count).map { $0 % classes }, shape: [count]),
      "id": Column((0..<count).map { $0 + 100 }, shape: [count]),
    ]
    change(&columns)
    return try ImageBatch(columns: columns)
  }

  /// The stream of a batch, as a file in a folder.
  static func write(_ batch: ImageBatch, to name: String, in folder: TemporaryFolder) throws -> String {
    let output = try OutputFile.create(folder.file(name))
    let writer = RecordWriter(output)
    try writer.write(batch)
    try writer.close()
    return folder.file(name)
  }

  /// All records of a stream.
  static func read(_ stream: [UInt8], in folder: TemporaryFolder) throws -> [ImageBatch] {
    let reader = RecordReader([try InputFile.open(folder.write(stream, to: "read.rec"))])
    var batches: [ImageBatch] = []
    while let batch = try reader.next() { batches.append(batch) }
    return batches
  }
}
