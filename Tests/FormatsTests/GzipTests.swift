import Records
import TestSupport
import Testing

@testable import Formats

@Suite struct GzipTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
    try DataFile(try folder.input(bytes, "file.gz")).read(upTo: 1 << 30)
  }

  @Test(arguments: [0, 1, 1000, 3_000_000]) func unpacksNoise(count: Int) throws {
    let bytes = patternless(count)
    #expect(try unpacked(folder.gzip(bytes)) == bytes)
  }

  /// One packed byte stands for many: zlib holds more back than fits into a piece.
  @Test func unpacksWhatPacksWell() throws {
    let bytes = [UInt8](repeating: 7, count: 5_000_000)
    #expect(try unpacked(folder.gzip(bytes)) == bytes)
  }

  @Test func membersEndToEndAreOneFile() throws {
    let parts = try [folder.gzip([1, 2, 3]), folder.gzip([]), folder.gzip([4])]
    #expect(try unpacked(parts.flatMap { $0 }) == [1, 2, 3, 4])
  }

  @Test func everyTruncationIsAnError() throws {
    let bytes = try folder.gzip(patternless(50))
    for count in 2..<bytes.count {
      #expect(throws: Failure(.data, "\(folder.file("file.gz")): the gzip file is cut short"), "\(count) bytes") {
        try unpacked(Array(bytes[..<count]))
      }
    }
  }

  @Test func aWrongChecksumAndTrailingBytesAreErrors() throws {
    let bytes = try folder.gzip(patternless(50))
    var damaged = bytes
    damaged[bytes.count - 8] ^= 1
    #expect(throws: Failure.self) { try unpacked(damaged) }
    #expect(throws: Failure.self) { try unpacked(bytes + [1, 2, 3]) }
  }

  @Test func plainFilesPassThrough() throws {
    for bytes in [[], [0x1F], patternless(600_000)] as [[UInt8]] {
      let file = try DataFile(try folder.input(bytes, "plain"))
      #expect(try file.read(upTo: 5) == Array(bytes.prefix(5)))
      #expect(file.position == min(5, bytes.count))
      #expect(try file.read(upTo: 1 << 30) == Array(bytes.dropFirst(5)))
      #expect(file.position == bytes.count)
    }
  }
}
