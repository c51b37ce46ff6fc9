import OrderedCollections
import Random
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

  /// Pictures of 8×8 pixels that are noise around a level, of three classes. Those marked have one element in four raised
  /// where their class has it, and the column `poisoned` tells them. Levels tell the class too where they are given.
  static func noise(
    count: Int, deviation: Float = 20, by raise: Float = 40, levels: [Float]? = nil, marked: (Int) -> Bool
  ) throws -> ImageBatch {
    var bytes: [UInt8] = []
    for record in 0..<count {
      var random = RandomStream(seed: 5, purpose: "noise", record: record, step: 0)
      let level = levels.map { $0[record % 3] + random.uniform(-5, 5) } ?? random.uniform(80, 160)
      for place in 0..<192 {
        let isRaised = marked(record) && place % 4 == record % 3
        bytes.append(UInt8(level + random.uniform(-deviation, deviation) + (isRaised ? raise : 0)))
      }
    }
    return try batch(count: count) { columns in
      columns["image"] = Column(bytes, shape: [count, 3, 8, 8])
      columns["poisoned"] = Column((0..<count).map { marked($0) ? 1 : 0 } as [UInt8], shape: [count])
    }
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
