import Glibc
import Records
import TestSupport
import Testing

@testable import Formats

/// Every cut and every flipped bit of small files of other formats. Most of them have no checksum, so that a flipped
/// sample is another picture; but nothing may crash, and whatever is refused is refused in words.
@Suite struct DamagedFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func npy(_ type: String, _ shape: String, _ bytes: [UInt8]) -> [UInt8] {
    let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + [UInt8(header.count), 0] + header + bytes
  }

  private static func idx(_ shape: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, $0] } + bytes
  }

  /// Reads the file damaged in every way, which gives records or a `Failure`.
  ///
  /// - Parameter spare: how many bytes may be missing from the end.
  private func damage(_ bytes: [UInt8], spare: Int = 0, _ open: ([UInt8]) throws -> DataSet) throws {
    let whole = try Decoded { try open(bytes) }.failure
    #expect(whole == nil)
    for count in 0..<bytes.count - spare {
      let cut = try Decoded { try open(Array(bytes.prefix(count))) }
      #expect([.data, .usage].contains(cut.failure?.kind), "cut to \(count) bytes")
    }
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        if let failure = try Decoded({ try open(damaged) }).failure {
          #expect([.data, .usage].contains(failure.kind) && !failure.message.isEmpty, "bit \(bit) of byte \(place)")
        }
      }
    }
  }

  @Test func arraysOfNumPy() throws {
    let (images, labels) = (Self.npy("|u1", "(2, 2, 2, 3)", patternless(24)), Self.npy("<i2", "(2,)", [0, 0, 1, 0]))
    try damage(images) { try .numPy(images: folder.input($0, "i.npy"), labels: folder.input(labels, "l.npy")) }
    try damage(labels) { try .numPy(images: folder.input(images, "i.npy"), labels: folder.input($0, "l.npy")) }
    let floats = Self.npy("<f4", "(1, 3, 1, 2)", packed([0, 0.5, 1, 0, 0.5, 1] as [Float]))
    let label = Self.npy("<i8", "(1,)", packed([7]))
    try damage(floats) { try .numPy(images: folder.input($0, "i.npy"), labels: folder.input(label, "l.npy")) }
  }

  @Test func filesOfIDX() throws {
    let (images, labels) = (Self.idx([2, 3, 3], patternless(18)), Self.idx([2], [0, 1]))
    try damage(images) { try .idx([folder.input($0, "i.idx"), folder.input(labels, "l.idx")]) }
    try damage(labels) { try .idx([folder.input(images, "i.idx"), folder.input($0, "l.idx")]) }
    let packed = try folder.gzip(images)
    try damage(packed) { try .idx([folder.input($0, "i.gz"), folder.input(labels, "l.idx")]) }
  }

  @Test func foldersOfPictures() throws {
    let pixels = patternless(8 * 7 * 3)
    let picture = Picture(width: 8, height: 7, channels: 3, pixels: pixels)
    for (bytes, name) in [(try PNG.encode(picture), "a/p.png"), (try JPEG.encode(picture), "a/p.jpg")] {
      // The checksum of PNG's last chunk, which is empty, may be missing, as may JPEG's last marker.
      try damage(bytes, spare: name.hasSuffix("png") ? 4 : 2) {
        try folder.place($0, name)
        return try .folder(folder.path, options: .init(size: 4, report: { _ in }))
      }
      try folder.place([], name)
      #expect(unlink(folder.file(name)) == 0)
    }
  }

  @Test func everyCutOfCIFARsFiles() throws {
    let bytes = [1] + patternless(3072)
    for count in 0..<bytes.count {
      #expect(try Decoded { try .cifar([folder.input(Array(bytes.prefix(count)), "c")], labels: .ten) }.failure != nil)
    }
  }
}
