/// Pickles for the tests, written operation by operation.
enum PickleSupport {
  static func text(_ word: String) -> [UInt8] {
    [0x58] + ZipSupport.number(word.utf8.count, 4) + Array(word.utf8)
  }

  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  static func integer(_ number: Int) -> [UInt8] { [0x4A] + ZipSupport.number(number, 4) }

  static func tuple(_ numbers: [Int]) -> [UInt8] { [0x28] + numbers.flatMap(integer) + [0x74] }

  /// A tensor: (storage, offset, size, stride, False, OrderedDict()), for version 3 with its type.
  static func tensor(
    storage: String = "FloatStorage", key: String = "0", offset: Int = 0, shape: [Int], strides: [Int],
    type: String? = nil
  ) -> [UInt8] {
    let module = storage == "UntypedStorage" ? "torch.storage" : "torch"
    let persistent: [UInt8] =
      [0x28] + text("storage") + global(module, storage) + text(key) + text("cpu") + [0x4B, 6] + [0x74, 0x51]
    return global("torch._utils", type == nil ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3") + [0x28] + persistent
      + integer(offset) + tuple(shape) + tuple(strides) + [0x89] + global("collections", "OrderedDict") + [0x29, 0x52]
      + (type.map { global("torch", $0) } ?? []) + [0x74, 0x52]
  }

  /// torch.save's zip form, with the storage "0".
  static func torch(_ pickle: [UInt8], data: [UInt8]) -> [UInt8] {
    ZipSupport.archive([
      ("p/data.pkl", bare(pickle)), ("p/byteorder", Array("little".utf8)), ("p/data/0", data),
      ("p/version", [0x33, 0x0A]),
    ])
  }

  /// torch.save's old form, with the storages "0" and so on: the elements of each, and their bytes.
  static func oldTorch(_ pickle: [UInt8], storages: [(count: Int, data: [UInt8])]) -> [UInt8] {
    let magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    let names: [UInt8] = storages.indices.flatMap { text("\($0)") }
    let keys = [0x5D, 0x28] + names + [0x65]
    let machine = [0x7D, 0x28] + text("little_endian") + [0x88, 0x75]
    let data: [UInt8] = storages.flatMap { ZipSupport.number($0.count, 8) + $0.data }
    return bare(magic) + bare([0x4D, 0xE9, 0x03]) + bare(machine) + bare(pickle) + bare(keys) + data
  }

  static func bare(_ operations: [UInt8], protocol version: UInt8 = 2) -> [UInt8] {
    [0x80, version] + operations + [0x2E]
  }

  /// NumPy's array of float32 as protocol 3 and 4 write it, or as protocol 2 does: bytes as a text of Latin letters.
  static func numPy(_ values: [Float], shape: [Int], isFortran: Bool = false, isLatin: Bool = false) -> [UInt8] {
    let bytes = values.withUnsafeBytes { Array($0) }
    let data: [UInt8] =
      isLatin
      ? global("_codecs", "encode")
        + text(String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))) + text("latin1") + [0x86, 0x52]
      : [0x42] + ZipSupport.number(bytes.count, 4) + bytes
    return global("numpy._core.multiarray", "_reconstruct") + global("numpy", "ndarray") + [
      0x4B, 0, 0x85, 0x43, 1, 0x62,
    ]
      + [0x87, 0x52, 0x28, 0x4B, 1] + tuple(shape) + type + [isFortran ? 0x88 : 0x89] + data + [0x74, 0x62]
  }

  /// The same as protocol 5 writes it; with axes where it was transposed.
  static func numPyBuffer(_ values: [Float], shape: [Int], order: String = "C", axes: [Int]? = nil) -> [UInt8] {
    let bytes = values.withUnsafeBytes { Array($0) }
    return global("numpy._core.numeric", "_frombuffer") + [0x28, 0x96] + ZipSupport.number(bytes.count, 8) + bytes
      + type
      + tuple(shape) + text(order) + (axes.map(tuple) ?? []) + [0x74, 0x52]
  }

  /// numpy.dtype("<f4").
  private static var type: [UInt8] {
    global("numpy", "dtype") + text("f4") + [0x89, 0x88, 0x87, 0x52, 0x28, 0x4B, 3] + text("<") + [0x74, 0x62]
  }
}
