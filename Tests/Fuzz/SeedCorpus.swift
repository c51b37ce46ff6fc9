import Glibc
import Records

/// What fuzzing starts from: small files that are right.
enum SeedCorpus {
  static func seeds(for target: FuzzTarget) throws -> [[UInt8]] {
    switch target {
    case .stream: try streams()
    case .document: try [batch(3), batch(0), batch(1, isFloat: true)].map { $0.document().serialized() }
    case .npy: arrays()
    case .idx: [FuzzTarget.joined(idx([3, 4, 4], numbers(48)), idx([3], [0, 1, 2]))]
    case .cifar: [[1, 1] + numbers(3072), []]
    case .folder: try pictures()
    }
  }

  private static func numbers(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) } }

  private static func batch(_ count: Int, isFloat: Bool = false) throws -> ImageBatch {
    let bytes = numbers(count * 12)
    let shape = [count, 3, 2, 2]
    return try ImageBatch(
      columns: [
        "image": isFloat ? Column(bytes.map { Float($0) / 255 }, shape: shape) : Column(bytes, shape: shape),
        "label": Column((0..<count).map { $0 % 2 }, shape: [count]), "id": Column(Array(0..<count), shape: [count]),
        "poisoned": Column([UInt8](repeating: 1, count: count), shape: [count]),
        "perturbation": Column([Float](repeating: 0.5, count: count * 12), shape: shape),
        "score": Column([Float](repeating: 0.5, count: count), shape: [count]),
      ], classes: ["cat", "dog"], history: [HistoryEntry(command: "rec head", version: "1")])
  }

  private static func streams() throws -> [[UInt8]] {
    let weights = Column([1, 2] as [Float], shape: [2])
    let model = try ModelDocument(arch: "vae", config: ["width": 2], tensors: ["w": weights])
    let checkpoint = CheckpointDocument(
      training: .init(version: "1", arch: "vae", config: ["width": 2], data: ["records": 2]),
      position: .init(epoch: 1, step: 2, sums: ["loss": 0.5]), tensors: ["w": weights])
    return try [
      written { output in
        let writer = RecordWriter(output)
        try writer.write(batch(3))
        try writer.write(batch(2))
        try writer.close()
      },
      written { output in
        let writer = RecordWriter(output)
        try writer.write(batch(0))
        try writer.close()
      },
      written { output in
        try model.write(to: output)
        try output.commit()
      },
      written { output in
        try checkpoint.write(to: output)
        try output.commit()
      },
    ]
  }

  private static func written(_ body: (OutputFile) throws -> Void) throws -> [UInt8] {
    let path = ScratchFile.folder + "/stream"
    try body(try OutputFile.create(path))
    defer { unlink(path) }
    let file = try InputFile.open(path)
    return try file.read(upTo: 1 << 20)
  }

  private static func npy(_ type: String, _ shape: String, _ bytes: [UInt8]) -> [UInt8] {
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
      + Array(header.utf8) + bytes
  }

  private static func arrays() -> [[UInt8]] {
    let labels = npy("<i8", "(2,)", [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    let floats = [UInt8](repeating: 0, count: 2 * 12 * 4)
    return [
      FuzzTarget.joined(npy("|u1", "(2, 2, 2, 3)", numbers(24)), labels),
      FuzzTarget.joined(npy("<f4", "(2, 3, 2, 2)", floats), labels),
      FuzzTarget.joined(npy("|u1", "(2, 4, 4)", numbers(32)), npy("|u1", "(2, 1)", [0, 1])),
    ]
  }

  private static func idx(_ shape: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, $0] } + bytes
  }

  private static func pictures() throws -> [[UInt8]] {
    let color = Picture(width: 9, height: 8, channels: 3, pixels: numbers(216))
    let gray = Picture(width: 8, height: 9, channels: 1, pixels: numbers(72))
    return try [PNG.encode(color), PNG.encode(gray), JPEG.encode(color), JPEG.encode(gray, quality: 50)]
  }
}
