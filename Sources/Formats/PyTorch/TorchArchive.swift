import Records

/// The arrays of a file that `torch.save` wrote in its zip form: a pickle that describes tensors, and a file of bytes for
/// each storage. A NumPy array lies within the pickle itself.
struct TorchArchive {
  private let archive: ZipArchive
  private let pickle: Pickle
  private let folder: String
  private let isBigEndian: Bool

  private static let longestPickle = 1 << 32
  private static let storages: [String: ArrayElement] = [
    "FloatStorage": ArrayElement(kind: .float, byteCount: 4), "DoubleStorage": ArrayElement(kind: .float, byteCount: 8),
    "HalfStorage": ArrayElement(kind: .float, byteCount: 2), "ByteStorage": ArrayElement(kind: .unsigned, byteCount: 1),
    "CharStorage": ArrayElement(kind: .signed, byteCount: 1), "ShortStorage": ArrayElement(kind: .signed, byteCount: 2),
    "IntStorage": ArrayElement(kind: .signed, byteCount: 4), "LongStorage": ArrayElement(kind: .signed, byteCount: 8),
  ]

  /// - Throws: `Failure` of kind `data` for an archive without a pickle, or with one that is damaged.
  init(_ archive: ZipArchive) throws {
    self.archive = archive
    guard let entry = archive.entries.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
      throw Failure(.data, "\(archive.name): no file of torch.save: it lacks data.pkl")
    }
    guard entry.size <= Self.longestPickle else { throw archive.fault(entry, "is longer than 4 GiB") }
    let part = try archive.contents(entry)
    do {
      pickle = try Pickle(parsing: part.file.bytes(part.range))
    } catch {
      throw archive.fault(entry, ": \(error.words)")
    }
    folder = String(entry.name.dropLast("data.pkl".count))
    isBigEndian = try Self.contents(archive, "\(folder)byteorder") == Array("big".utf8)
  }

  /// The arrays by name: that of the file's only object is empty, those of a dictionary or list are its keys.
  func arrays() throws -> [(name: String, read: () throws -> ForeignArray)] {
    if isArray(pickle.root) { return [("", { try array(pickle.root, "") })] }
    guard case .object(let index) = pickle.root else { return [] }
    let object = pickle.objects[index]
    var named = object.items.enumerated().map { ("\($0)", $1) }
    if object.kind == .call { named = [] }
    for place in stride(from: 0, to: object.entries.count - 1, by: 2) {
      let key: String? =
        if case .integer(let number) = object.entries[place] { "\(number)" } else { pickle.text(object.entries[place]) }
      if let key { named.append((key, object.entries[place + 1])) }
    }
    return named.filter { isArray($0.1) }.map { name, value in (name, { try array(value, name) }) }
  }

  private func isArray(_ value: Pickle.Value) -> Bool {
    guard let function = pickle.call(value)?.function else { return false }
    return Self.tensors.contains(function) || Self.numPyArrays.contains(function)
  }

  private static let parameter = "torch._utils _rebuild_parameter"
  private static let tensors = ["torch._utils _rebuild_tensor_v2", parameter]
  private static let numPyArrays = [
    "numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct",
  ]

  private func array(_ value: Pickle.Value, _ key: String) throws -> ForeignArray {
    let name = key.isEmpty ? archive.name : "\(archive.name): \(key.printable)"
    guard let call = pickle.call(value) else { throw unknown(name) }
    if Self.numPyArrays.contains(call.function) { return try numPy(call.object.state, name) }
    // A parameter is a tensor with a flag behind it.
    if call.function == Self.parameter {
      guard let inner = call.arguments.first.flatMap(pickle.call), inner.function != Self.parameter else {
        throw unknown(name)
      }
      return try tensor(inner.arguments, name)
    }
    return try tensor(call.arguments, name)
  }

  /// A tensor of (storage, offset, size, stride, …).
  private func tensor(_ arguments: [Pickle.Value], _ name: String) throws -> ForeignArray {
    guard arguments.count >= 4, case .object(let index) = arguments[0], pickle.objects[index].kind == .persistent,
      let storage = pickle.objects[index].items.first.flatMap(pickle.tuple), storage.count >= 5,
      case .global(let type) = storage[1], let key = pickle.text(storage[2]), case .integer(let offset) = arguments[1],
      let shape = pickle.integers(arguments[2]), let strides = pickle.integers(arguments[3]),
      strides.count == shape.count
    else { throw unknown(name) }
    guard type.hasPrefix("torch "), let kind = Self.storages[String(type.dropFirst(6))] else {
      throw Failure(.data, "\(name): tensors of \(type.quoted) are not read; save tensor.float() instead")
    }
    let element = ArrayElement(kind: kind.kind, byteCount: kind.byteCount, isBigEndian: isBigEndian)
    guard let entry = archive.entries.first(where: { $0.name == "\(folder)data/\(key)" }) else {
      throw Failure(.data, "\(name): the storage \(key.quoted) is missing")
    }
    guard let size = ForeignArray.byteCount(element, shape) else { throw unknown(name) }
    guard Self.isContiguous(shape, strides) else {
      throw Failure(.data, "\(name): the tensor is not contiguous; save tensor.contiguous() instead")
    }
    let part = try archive.contents(entry)
    let (start, overflow) = offset.multipliedReportingOverflow(by: element.byteCount)
    guard !overflow, start >= 0, start <= part.range.count, size <= part.range.count - start else {
      throw Failure(.data, "\(name): the tensor reaches beyond its storage \(key.quoted)")
    }
    return try ForeignArray(
      name, element, shape: shape, in: part.file, at: part.range.lowerBound + start, available: size)
  }

  /// An array's state of (version, shape, type, Fortran order, bytes).
  private func numPy(_ state: Pickle.Value?, _ name: String) throws -> ForeignArray {
    guard let parts = state.flatMap(pickle.tuple), parts.count == 5, let shape = pickle.integers(parts[1]),
      let type = pickle.call(parts[2]), type.function == "numpy dtype",
      let word = type.arguments.first.flatMap(pickle.text)
    else { throw unknown(name) }
    let order = type.object.state.flatMap(pickle.tuple).flatMap { $0.count > 1 ? pickle.text($0[1]) : nil } ?? "<"
    let element: ArrayElement
    do {
      element = try NumPyHeader.element(order + word)
    } catch {
      throw Failure(.data, "\(name): \(error.words)")
    }
    guard parts[3] == .truth(false) || shape.count < 2 else {
      throw Failure(.data, "\(name): the array is in Fortran order; save numpy.ascontiguousarray(array) instead")
    }
    guard let bytes = contents(parts[4]) else { throw unknown(name) }
    let file = try SpoolFile()
    try file.append(bytes)
    try file.map()
    return try ForeignArray(name, element, shape: shape, in: file, at: 0, available: bytes.count)
  }

  /// Bytes, or what older pickles make of them: a text of Latin letters that is to be encoded.
  private func contents(_ value: Pickle.Value) -> [UInt8]? {
    if case .bytes(let range) = value { return Array(pickle.bytes[range]) }
    guard let call = pickle.call(value), call.function == "_codecs encode",
      case .text(let range) = call.arguments.first ?? .nothing
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    for scalar in String(decoding: pickle.bytes[range], as: UTF8.self).unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func isContiguous(_ shape: [Int], _ strides: [Int]) -> Bool {
    var expected = 1
    for (length, stride) in zip(shape, strides).reversed() where length != 1 {
      guard stride == expected || shape.contains(0) else { return false }
      expected = expected &* max(1, length)
    }
    return true
  }

  private static func contents(_ archive: ZipArchive, _ name: String) throws -> [UInt8] {
    guard let entry = archive.entries.first(where: { $0.name == name }), entry.size < 16 else { return [] }
    let part = try archive.contents(entry)
    return part.file.bytes(part.range)
  }

  private func unknown(_ name: String) -> Failure {
    Failure(
      .data, "\(name): describes a tensor in a way that is not known here; save it as a plain tensor or with numpy.save"
    )
  }
}

extension ArrayElement {
  fileprivate init(kind: Kind, byteCount: Int) { self.init(kind: kind, byteCount: byteCount, isBigEndian: false) }
}
