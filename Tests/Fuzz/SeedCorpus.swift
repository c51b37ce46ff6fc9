import Formats
import Glibc
import Records
import SmallPictures

/// What fuzzing starts from: small files that are right.
enum SeedCorpus {
  static func seeds(for target: FuzzTarget) throws -> [[UInt8]] {
    switch target {
    case .stream: try streams()
    case .document: try [batch(3), batch(0), batch(1, isFloat: true)].map { $0.document().serialized() }
    case .npy: arrays()
    case .npz: [archive]
    case .pt:
      pickles.map { FuzzTarget.torch($0, storage) } + [archive, deflated, npy("<f4", "(2, 3)", storage)]
    case .pkl: pickles + barePickles + [oldTorch]
    case .safetensors: safetensors
    case .pickle: pickles.map { FuzzTarget.joined($0, storage) }
    case .idx: [FuzzTarget.joined(idx([3, 4, 4], numbers(48)), idx([3], [0, 1, 2]))]
    case .cifar: [[1, 1] + numbers(3072), []]
    case .folder: try pictures() + SmallPictures.files.values.sorted { $0.count < $1.count }
    case .jpeg: try [JPEG.encode(color), JPEG.encode(gray, quality: 50), JPEG.encode(color).dropLast(2)]
    case .png: try [PNG.encode(color), PNG.encode(gray)]
    case .webp, .bmp, .gif, .tiff: SmallPictures.files.filter { $0.key.hasPrefix(target.rawValue) }.map(\.value)
    case .webdataset: try archives()
    case .member:
      [(#"{"label": 3, "id": 4}"#, "label"), (#"{"meta": {"class": "cat"}}"#, "meta.class")].map {
        FuzzTarget.joined(Array($0.utf8), Array($1.utf8))
      }
    case .labels:
      try [npy("|u1", "(2,)", [0, 1]), Array("name,label\n1.png,cat\n".utf8), Array("1,0\n".utf8)] + streams()
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
      ], classes: ["cat", "dog"], history: [HistoryEntry(command: "ue-rec head", version: "1")])
  }

  private static func streams() throws -> [[UInt8]] {
    let weights = Column([1, 2] as [Float], shape: [2])
    let model = try ModelDocument(arch: "vae", config: ["width": 2], tensors: ["w": weights])
    let checkpoint = CheckpointDocument(
      training: .init(tool: "dvae-fit", version: "1", arch: "vae", config: ["width": 2], data: ["records": 2]),
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

  private static func npy(_ type: String, _ shape: String, _ bytes: [UInt8], order: String = "False") -> [UInt8] {
    var header = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
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
      FuzzTarget.joined(
        npy("|u1", "(2L, 4L, 4L)", numbers(32), order: "True"), npy("|u1", "(2, 3)", [0, 1, 0, 1, 0, 0])),
      FuzzTarget.joined(npy("<f2", "(2, 4, 4)", floats), labels),
      FuzzTarget.joined(npy("<i2", "(2, 4, 4)", floats), labels),
    ]
  }

  private static var archive: [UInt8] {
    StoredArchive.bytes([
      ("image.npy", npy("|u1", "(2, 2, 2, 3)", numbers(24))), ("label.npy", npy("|u1", "(2,)", [0, 1])),
    ])
  }

  /// What Python's zipfile packs of `a.npy`, an array of 64 float32 that are 0.
  private static let deflated: [UInt8] = [
    80, 75, 3, 4, 20, 0, 0, 0, 8, 0, 0, 0, 33, 0, 69, 35, 109, 191, 72, 0,
    0, 0, 128, 1, 0, 0, 5, 0, 0, 0, 97, 46, 110, 112, 121, 155, 236, 23, 234, 27,
    16, 201, 200, 80, 198, 80, 173, 158, 146, 90, 156, 92, 164, 110, 165, 160, 110, 147, 102, 162,
    174, 163, 160, 158, 150, 95, 84, 82, 148, 152, 23, 159, 95, 148, 146, 10, 18, 119, 75, 204,
    41, 78, 5, 138, 23, 103, 36, 22, 164, 2, 249, 26, 102, 38, 58, 154, 58, 10, 181, 10,
    228, 3, 46, 134, 17, 14, 0, 80, 75, 1, 2, 20, 3, 20, 0, 0, 0, 8, 0, 0,
    0, 33, 0, 69, 35, 109, 191, 72, 0, 0, 0, 128, 1, 0, 0, 5, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 128, 1, 0, 0, 0, 0, 97, 46, 110, 112, 121, 80, 75,
    5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 51, 0, 0, 0, 107, 0, 0, 0, 0, 0,
  ]

  /// Six float32.
  private static let storage = [UInt8](repeating: 0, count: 24)

  /// A tensor alone, a parameter, a dictionary of tensors, and a NumPy array.
  private static var pickles: [[UInt8]] {
    let tensor = tensor(shape: [2, 3], strides: [3, 1])
    let ordered = global("collections", "OrderedDict") + [0x29, 0x52]
    let array =
      global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray") + [0x4B, 0, 0x85]
      + [0x43, 1, 0x62, 0x87, 0x52, 0x28, 0x4B, 1, 0x4B, 2, 0x4B, 3, 0x86] + global("numpy", "dtype") + text("f4")
      + [0x89, 0x88, 0x87, 0x52, 0x28, 0x4B, 3] + text("<") + [0x74, 0x62, 0x89, 0x43, 24] + storage + [0x74, 0x62]
    return [
      tensor,
      global("torch._utils", "_rebuild_parameter") + [0x28] + tensor + [0x88] + ordered + [0x74, 0x52],
      [0x7D, 0x28] + text("a") + tensor + text("b") + self.tensor(shape: [6], strides: [1]) + [0x75], array,
    ].map { [0x80, 2] + $0 + [0x2E] }
  }

  /// What protocol 5 and 2 make of a NumPy array, in Fortran order too, a tensor with its storage within, and lists within
  /// dictionaries.
  private static var barePickles: [[UInt8]] {
    let type =
      global("numpy", "dtype") + text("f4") + [0x89, 0x88, 0x87, 0x52, 0x28, 0x4B, 3] + text("<") + [0x74, 0x62]
    let buffer =
      global("numpy._core.numeric", "_frombuffer") + [0x28, 0x96] + StoredArchive.number(24, 8) + storage + type
      + [0x4B, 2, 0x4B, 3, 0x86] + text("F") + [0x74, 0x52]
    let latin =
      global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray") + [0x4B, 0, 0x85, 0x55, 1, 0x62]
      + [0x87, 0x52, 0x28, 0x4B, 1, 0x4B, 6, 0x85] + type + [0x88] + global("_codecs", "encode")
      + text(String(repeating: "\u{80}", count: 24)) + text("latin1") + [0x86, 0x52, 0x74, 0x62]
    let loaded =
      global("torch.storage", "_load_from_bytes") + [0x42] + StoredArchive.number(oldStorage.count, 4) + oldStorage
      + [0x85, 0x52]
    let tensor =
      global("torch._utils", "_rebuild_tensor_v2") + [0x28] + loaded + [
        0x4B, 0, 0x4B, 2, 0x4B, 3, 0x86, 0x4B, 1, 0x4B, 2,
      ]
      + [0x86, 0x89, 0x4E, 0x74, 0x52]
    let nested = [0x7D] + text("a") + [0x5D, 0x28] + buffer + latin + [0x65, 0x73]
    return [buffer, latin, tensor, nested].map { [0x80, 5] + $0 + [0x2E] }
  }

  /// A tensor, and a storage alone, as torch.save's old form has them.
  private static var oldTorch: [UInt8] { old(tensor(shape: [2, 3], strides: [1, 2])) }
  private static var oldStorage: [UInt8] { old(storagePickle) }

  private static func old(_ pickle: [UInt8]) -> [UInt8] {
    let parts: [[UInt8]] = [
      [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19], [0x4D, 0xE9, 3],
      [0x7D] + text("little_endian") + [0x88, 0x73], pickle, [0x5D] + text("0") + [0x61],
    ]
    return parts.flatMap { [0x80, 2] + $0 + [0x2E] } + StoredArchive.number(6, 8) + storage
  }

  private static var storagePickle: [UInt8] {
    [0x28] + text("storage") + global("torch", "FloatStorage") + text("0") + text("cpu") + [0x4B, 6, 0x74, 0x51]
  }

  private static var safetensors: [[UInt8]] {
    let halves = Column(type: .f16, shape: [2, 3, 2, 2], bytes: [UInt8](repeating: 0, count: 48))
    let labels = Column([1, 0, 0, 1] as [Float], shape: [2, 2])
    let short = Column(type: .i16, shape: [2, 3, 2, 2], bytes: [UInt8](repeating: 0, count: 48))
    return [
      Document(metadata: [:], tensors: ["a": halves]),
      Document(metadata: [:], tensors: ["image": halves, "label": labels]),
      Document(metadata: ["x": "y"], tensors: ["image": short, "id": Column([7, 8], shape: [2])]),
    ].map { $0.serialized() }
  }

  /// The pickle of a tensor of the storage: (storage, offset, size, stride, False, OrderedDict()).
  private static func tensor(shape: [UInt8], strides: [UInt8]) -> [UInt8] {
    func tuple(_ numbers: [UInt8]) -> [UInt8] { [0x28] + numbers.flatMap { [0x4B, $0] } + [0x74] }
    return global("torch._utils", "_rebuild_tensor_v2") + [0x28] + storagePickle + [0x4B, 0] + tuple(shape)
      + tuple(strides) + [0x89] + global("collections", "OrderedDict") + [0x29, 0x52, 0x74, 0x52]
  }

  private static func text(_ word: String) -> [UInt8] {
    [0x58] + StoredArchive.number(word.utf8.count, 4) + Array(word.utf8)
  }

  private static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  private static func idx(_ shape: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, $0] } + bytes
  }

  private static let color = Picture(width: 9, height: 8, channels: 3, pixels: numbers(216))
  private static let gray = Picture(width: 8, height: 9, channels: 1, pixels: numbers(72))

  /// A picture's file that is right.
  static func picture() throws -> [UInt8] { try PNG.encode(gray) }

  private static func archives() throws -> [[UInt8]] {
    let plain = try StoredTar.bytes([
      ("a.png", picture()), ("a.cls", [0x31]), ("a.json", Array(#"{"id": 7}"#.utf8)), ("b.txt", []),
    ])
    let named = try StoredTar.bytes([("a.jpg", JPEG.encode(color)), ("a.cls", Array("cat\n".utf8))])
    return [plain, named, plain + plain, plain.dropLast(1024)]
  }

  private static func pictures() throws -> [[UInt8]] {
    try [PNG.encode(color), PNG.encode(gray), JPEG.encode(color), JPEG.encode(gray, quality: 50)]
  }
}
