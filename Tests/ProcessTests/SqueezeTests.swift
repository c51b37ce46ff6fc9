import Records
import TestSupport
import Testing

/// `ue-squeeze` as a shell runs it.
@Suite struct SqueezeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func squeeze(_ line: String, _ batch: ImageBatch) throws -> ImageBatch {
    _ = try Pictures.write(batch, to: "in.rec", in: folder)
    let result = try ProcessRunner.shell("ue-squeeze \(line) < in.rec", directory: folder.path)
    #expect(result.status == 0, "\(result.errorText)")
    return try #require(Pictures.read(result.output, in: folder).first)
  }

  @Test func bitDepthReductionKeepsTheHighBits() throws {
    let batch = try Pictures.batch(count: 3)
    let samples = try #require(batch.image?.bytes)
    #expect(try squeeze("bdr", batch).image?.bytes == samples.map { $0 / 64 * 64 })
    #expect(try squeeze("bdr --depth 1", batch).image?.bytes == samples.map { $0 / 128 * 128 })
    #expect(try squeeze("bdr --depth 8", batch).image?.bytes == samples)
  }

  /// Expected: PIL's Image.convert("L") of a picture of the pixels (255, 0, 0), (0, 255, 0), (0, 0, 255), (10, 20, 31).
  @Test func grayIsLuma() throws {
    let planes: [UInt8] = [255, 0, 0, 10, 0, 255, 0, 20, 0, 0, 255, 31]
    let batch = try ImageBatch(columns: ["image": Column(planes, shape: [1, 3, 2, 2])])
    let luma: [UInt8] = [76, 150, 29, 18]
    #expect(try squeeze("gray", batch).image?.bytes == luma + luma + luma)
  }

  /// Expected: NumPy's float32 of the same pixels divided by 255.
  @Test func thePublishedFormsAreFractions() throws {
    let planes: [UInt8] = [255, 0, 0, 10, 0, 255, 0, 20, 0, 0, 255, 31]
    let batch = try ImageBatch(columns: ["image": Column(planes, shape: [1, 3, 2, 2])])
    let luma: [Float] = [0.2989, 0.587, 0.114, (0.2989 * 10 + 0.587 * 20 + 0.114 * 31) / 255]
    let gray = try #require(squeeze("gray --variant published", batch).image)
    #expect(gray.type == .f32 && zip(gray.floats, luma + luma + luma).allSatisfy { abs($0 - $1) < 1e-6 })
    let row: [UInt8] = [0, 63, 64, 127, 128, 191, 192, 254, 255]
    let gradient = try ImageBatch(columns: ["image": Column(row, shape: [1, 1, 1, 9])])
    let levels: [Float] = [0, 0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1]
    #expect(try squeeze("bdr --variant published", gradient).image?.floats == levels)
    #expect(
      try squeeze("bdr --variant published --depth 1", gradient).image?.floats
        == levels.map { ($0 * 2).rounded(.down) / 2 })
    #expect(try squeeze("gray --variant published", gradient).image?.floats == row.map { Float($0) / 255 })
  }

  /// By hand: one plane [[10, 20, 30], [40, 50, 60]] with its edges repeated, weights 1, 2, 1 by 1, 2, 1. Along the rows the
  /// sums are 50, 80, 110 and 170, 200, 230; of two rows the nearer one weighs 3 and the other 1.
  @Test func blurAndSharpenAreABinomialFilter() throws {
    let plane: [UInt8] = [10, 20, 30, 40, 50, 60]
    let batch = try ImageBatch(columns: ["image": Column(plane, shape: [1, 1, 2, 3])])
    let sums = [3 * 50 + 170, 3 * 80 + 200, 3 * 110 + 230, 50 + 3 * 170, 80 + 3 * 200, 110 + 3 * 230]
    #expect(
      try squeeze("blur", batch).image?.bytes == sums.map { UInt8((Double($0) / 16).rounded(.toNearestOrAwayFromZero)) }
    )
    let sharp = zip(plane, sums).map { 64 + 3.5 * Double($0) - 3 * Double($1) / 16 }
    #expect(try squeeze("sharpen", batch).image?.bytes == sharp.map { UInt8($0.rounded(.toNearestOrAwayFromZero)) })
    let white = try ImageBatch(columns: ["image": Column([0, 255, 0, 0] as [UInt8], shape: [1, 1, 2, 2])])
    // 128 + 63.5 + 3 (255 − 143.4) is more than white.
    #expect(try squeeze("sharpen", white).image?.bytes[1] == 255)
    let noise = try Pictures.batch(count: 6, side: 32)
    #expect(try squeeze("sharpen --threads 1", noise).image == squeeze("sharpen --threads 3", noise).image)
  }

  @Test func jpegLosesMoreAtALowerQuality() throws {
    let batch = try Pictures.batch(count: 6, side: 32)
    let errors = try [10, 50, 100].map { quality in
      let squeezed = try #require(squeeze("jpeg --quality \(quality)", batch).image)
      #expect(squeezed.shape == batch.image?.shape)
      return zip(squeezed.bytes, batch.image?.bytes ?? []).reduce(0) {
        $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1))
      }
    }
    #expect(errors[0] > errors[1] && errors[1] > errors[2] && errors[2] > 0)
    #expect(try squeeze("jpeg", batch) == squeeze("jpeg --quality 10", batch).withHistory(of: squeeze("jpeg", batch)))
    #expect(try squeeze("jpeg --threads 1", batch) == squeeze("jpeg --threads 3", batch))
  }

  /// The same samples as Pillow's, with which the published figures were made.
  @Test(.enabled(if: ForeignPrograms.hasPillow))
  func jpegIsPillows() throws {
    let batch = try Pictures.batch(count: 4, side: 32)
    try folder.write(batch.image?.bytes ?? [], to: "planes")
    let script = """
      import io, numpy as n
      from PIL import Image
      x = n.fromfile("planes", n.uint8).reshape(4, 3, 32, 32).transpose(0, 2, 3, 1)
      y = []
      for p in x:
          b = io.BytesIO(); Image.fromarray(p).save(b, "JPEG", quality=10); y.append(n.array(Image.open(b)))
      n.stack(y).transpose(0, 3, 1, 2).tofile("expected")
      """
    let line = "\(ForeignPrograms.python) -c '\(script)'"
    #expect(try ProcessRunner.shell(line, directory: folder.path).status == 0)
    #expect(try squeeze("jpeg", batch).image?.bytes == folder.read("expected"))
  }

  @Test(arguments: ["jpeg", "gray", "bdr"]) func otherColumnsAndGreyPicturesPass(_ method: String) throws {
    let batch = try Pictures.batch(count: 5, channels: 1) {
      $0["mine"] = Column([1, 2, 3, 4, 5] as [Int], shape: [5])
    }
    let squeezed = try squeeze(method, batch)
    #expect(squeezed.image?.shape == [5, 1, 8, 8] && squeezed.image?.type == .u8)
    for name in ["label", "id", "mine"] { #expect(squeezed.columns[name] == batch.columns[name]) }
    #expect(squeezed.history.last?.command == "ue-squeeze \(method)")
  }

  @Test func fractionsBecomeBytes() throws {
    let (bytes, floats) = try (Pictures.batch(count: 2), Pictures.batch(count: 2, isFloat: true))
    #expect(try squeeze("bdr", floats).image == squeeze("bdr", bytes).image)
  }

  @Test(arguments: [
    ("jpeg --quality 0", 64, "--quality 0"), ("jpeg --quality 101", 64, "--quality 101"),
    ("bdr --depth 0", 64, "--depth 0"), ("bdr --depth 9", 64, "--depth 9"), ("gray missing.rec", 66, "missing.rec"),
    ("gray no.rec", 65, "there is no column image"), ("jpeg high.rec", 65, "record 0 of it: element 0 of the picture"),
  ]) func refusals(_ line: String, _ status: Int32, _ words: String) throws {
    let no = try ImageBatch(columns: ["label": Column([1] as [Int], shape: [1])])
    _ = try Pictures.write(no, to: "no.rec", in: folder)
    let high = try ImageBatch(columns: ["image": Column([2] as [Float], shape: [1, 1, 1, 1])])
    _ = try Pictures.write(high, to: "high.rec", in: folder)
    let result = try ProcessRunner.shell("ue-squeeze \(line) | cat", directory: folder.path)
    #expect(result.status == status)
    #expect(result.errorText.contains(words), "\(result.errorText)")
  }
}

extension ImageBatch {
  /// The same records with another's history.
  fileprivate func withHistory(of other: ImageBatch) -> ImageBatch {
    var batch = self
    batch.history = other.history
    return batch
  }
}
