import Records
import TestSupport

/// Streams for the tests, made from nothing but numbers.
enum SampleStream {
  /// Records with small pictures, labels of two classes and ids.
  ///
  /// - Parameter shift: added to every value of the pictures, which lie within 0...199.
  static func batch(_ count: Int, side: Int = 8, shift: Int = 0) throws -> ImageBatch {
    let width = 3 * side * side
    let pictures = (0..<count * width).map { UInt8(($0 * 31 + $0 / width * 7) % 200 + shift) }
    return try ImageBatch(
      columns: [
        "image": Column(pictures, shape: [count, 3, side, side]),
        "label": Column((0..<count).map { $0 % 2 }, shape: [count]),
        "id": Column(Array(0..<count), shape: [count]),
      ], classes: ["cat", "dog"], history: [HistoryEntry(command: "first command", version: "0")])
  }

  /// Writes a batch as a file of a folder and returns its path.
  @discardableResult
  static func write(_ batch: ImageBatch, to name: String, in folder: TemporaryFolder) throws -> String {
    let writer = RecordWriter(try OutputFile.create(folder.file(name)))
    try writer.write(batch)
    try writer.close()
    return folder.file(name)
  }
}
