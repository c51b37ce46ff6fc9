import Foundation
import OrderedCollections
import Random
import Testing

@testable import Records

/// A folder of its own that vanishes with the object.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "ue-records-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Writes bytes to a file and opens it.
  func input(_ bytes: [UInt8], _ name: String = "in.rec") throws -> InputFile {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return try InputFile.open(file(name))
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// What `body` writes to an output file that it commits.
  func written(_ body: (OutputFile) throws -> Void) throws -> [UInt8] {
    try body(try OutputFile.create(file("out")))
    return try bytes("out")
  }

  /// The bytes of a stream of batches.
  func stream(_ batches: [ImageBatch], entry: HistoryEntry? = nil) throws -> [UInt8] {
    try written { output in
      let writer = RecordWriter(output, entry: entry)
      for batch in batches { try writer.write(batch) }
      try writer.close()
    }
  }

  /// All batches that the bytes of a stream hold.
  func batches(_ stream: [UInt8], limits: StreamLimits = .init()) throws -> [ImageBatch] {
    let reader = RecordReader([try input(stream)], limits: limits)
    var batches: [ImageBatch] = []
    while let batch = try reader.next() { batches.append(batch) }
    return batches
  }
}

/// A small batch with the usual columns, its values drawn by `seed`.
func sampleBatch(_ count: Int, side: Int = 4, seed: UInt64 = 1) throws -> ImageBatch {
  var state = seed
  func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }
  return try ImageBatch(
    columns: [
      "image": Column(bytes(count * 3 * side * side), shape: [count, 3, side, side]),
      "label": Column(bytes(count).map { Int($0) % 10 }, shape: [count]),
      "id": Column(Array(0..<count), shape: [count]),
    ])
}

/// The message of the failure of kind `data` that `body` must throw.
func dataFailure(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> String {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let failure as Failure {
    #expect(failure.kind == .data, sourceLocation: sourceLocation)
    return failure.message
  } catch {
    Issue.record("\(error) is no Failure", sourceLocation: sourceLocation)
  }
  return ""
}
