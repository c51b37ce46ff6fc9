import CZlib
import Foundation
import Records
import TestSupport
import Testing
import Threads

@testable import Formats

/// All that a source gives until its end or its fault, put together.
struct Decoded {
  var count = 0
  var shape: [Int] = []
  var type: ElementType?
  var images: [UInt8] = []
  var labels: [Int] = []
  var ids: [Int] = []
  var classes: [String]?
  /// What ended the source early.
  var failure: Failure?

  init(_ open: () throws -> DataSet) throws {
    do {
      var source = try open()
      while let batch = try source.next() { try add(batch) }
    } catch let failure as Failure {
      self.failure = failure
    }
  }

  private mutating func add(_ batch: ImageBatch) throws {
    let image = try #require(batch.image)
    count += batch.count
    shape = image.recordShape
    type = image.type
    images += image.bytes
    labels += batch.labels ?? []
    ids += try #require(batch.ids)
    classes = batch.classes
  }

  /// The failure's words after checking its kind; empty when there was none.
  func words(_ kind: Failure.Kind = .data, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    #expect(failure?.kind == kind, sourceLocation: sourceLocation)
    return failure?.message ?? ""
  }
}

extension TemporaryFolder {
  /// Writes a file, and the folders it lies in, and opens it.
  func input(_ bytes: [UInt8], _ name: String) throws -> InputFile {
    try InputFile.open(place(bytes, name))
  }

  /// Writes a file and the folders it lies in.
  @discardableResult
  func place(_ bytes: [UInt8], _ name: String) throws -> String {
    let parent = URL(fileURLWithPath: file(name)).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    return try write(bytes, to: name)
  }

  /// The bytes as a gzip file.
  func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let file = try #require(gzopen(self.file("packed"), "wb"))
    if !bytes.isEmpty { #expect(gzwrite(file, bytes, UInt32(bytes.count)) == Int32(bytes.count)) }
    #expect(gzclose(file) == Z_OK)
    return try read("packed")
  }
}

/// What `body` gives where so many threads share the work. Other tests may run meanwhile: no result depends on the number.
func withThreads<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
  let before = Parallel.count
  defer { Parallel.count = before }
  Parallel.count = count
  return try body()
}

/// Bytes without a pattern.
func patternless(_ count: Int, seed: UInt32 = 1) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(state >> 24)
  }
}

/// Numbers as bytes, in the machine's order (little-endian) or the other.
func packed<Number: BitwiseCopyable>(_ numbers: [Number], isBigEndian: Bool = false) -> [UInt8] {
  numbers.flatMap { number in
    let bytes = withUnsafeBytes(of: number) { Array($0) }
    return isBigEndian ? bytes.reversed() : bytes
  }
}
