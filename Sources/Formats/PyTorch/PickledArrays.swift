import Records

/// The arrays that a pickle describes: NumPy's, which lie within it, and PyTorch's, whose storages lie elsewhere.
struct PickledArrays {
  /// What messages call the file.
  let name: String
  let pickle: Pickle
  /// Where the storage of a key lies.
  let storage: (_ key: String) throws -> (file: SpoolFile, range: Range<Int>)
  /// Whether storages were written on a machine that puts the highest byte first.
  var isBigEndian = false

  /// Levels of lists and dictionaries that are looked into.
  private static let deepest = 16
  /// Values that are looked at: lists that share their parts would have no end.
  private static let mostValues = 1 << 20

  /// The arrays by name: that of the file's only object is empty, those of dictionaries and lists are their keys, joined by
  /// points.
  ///
  /// - Throws: `Failure` of kind `data` for more lists and dictionaries than are looked into: what is not seen could be meant.
  func arrays() throws -> [NamedArray] {
    if let numbers = integersOfList { return [("", { try integers(numbers) })] }
    var found: [NamedArray] = []
    var left = Self.mostValues
    try collect(pickle.root, "", depth: 0, &left, &found)
    return found
  }

  private func collect(
    _ value: Pickle.Value, _ name: String, depth: Int, _ left: inout Int, _ found: inout [NamedArray]
  ) throws {
    left -= 1
    guard left > 0 else {
      throw Failure(.data, "\(self.name): holds more than \(Self.mostValues) values; save its arrays as one")
    }
    guard depth <= Self.deepest else {
      throw Failure(
        .data, "\(self.name): lists and dictionaries lie more than \(Self.deepest) deep; save the array alone")
    }
    if isArray(value) {
      found.append((name, { try array(value, name) }))
      return
    }
    guard case .object(let index) = value else { return }
    let object = pickle.objects[index]
    var parts = object.kind == .call ? [] : object.items.enumerated().map { ("\($0)", $1) }
    for place in stride(from: 0, to: object.entries.count - 1, by: 2) {
      let key: String? =
        if case .integer(let number) = object.entries[place] { "\(number)" } else { pickle.text(object.entries[place]) }
      if let key { parts.append((key, object.entries[place + 1])) }
    }
    for (key, part) in parts {
      try collect(part, name.isEmpty ? key : "\(name).\(key)", depth: depth + 1, &left, &found)
    }
  }

  private func isArray(_ value: Pickle.Value) -> Bool {
    guard let function = pickle.call(value)?.function else { return false }
    return Self.tensors.contains(function) || Self.numPyArrays.contains(function) || Self.buffers.contains(function)
      || Self.isOtherArray(function)
  }

  /// Whether a function makes a tensor or array of a kind that is not read: it counts where arrays are told apart, so that
  /// another one is not taken for the only one.
  private static func isOtherArray(_ function: String) -> Bool {
    ["torch._utils _rebuild_", "torch._tensor _rebuild_", "numpy.ma"].contains { function.hasPrefix($0) }
  }

  private static let parameter = "torch._utils _rebuild_parameter"
  private static let tensors = [
    "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_tensor_v3", "torch._utils _rebuild_tensor", parameter,
  ]
  private static let numPyArrays = [
    "numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct",
  ]
  /// What protocol 5 writes.
  private static let buffers = ["numpy.core.numeric _frombuffer", "numpy._core.numeric _frombuffer"]

  private func array(_ value: Pickle.Value, _ key: String) throws -> ForeignArray {
    let name = key.isEmpty ? name : "\(name): \(key.printable)"
    guard let call = pickle.call(value) else { throw unknown(name) }
    if Self.numPyArrays.contains(call.function) {
      guard let parts = call.object.state.flatMap(pickle.tuple), parts.count == 5 else { throw unknown(name) }
      return try numPy(name, shape: parts[1], type: parts[2], isFortran: parts[3] == .truth(true), data: parts[4])
    }
    if Self.buffers.contains(call.function) {
      guard (4...5).contains(call.arguments.count), let order = pickle.text(call.arguments[3]) else { throw unknown(name) }
      // A fifth argument holds the axes of an array whose dimensions were put into another order.
      let axes = call.arguments.count == 5 ? pickle.integers(call.arguments[4]) : nil
      guard (order == "K") == (axes != nil) else { throw unknown(name) }
      return try numPy(
        name, shape: call.arguments[2], type: call.arguments[1], isFortran: order == "F", data: call.arguments[0],
        axes: axes)
    }
    // A parameter is a tensor with a flag behind it.
    if call.function == Self.parameter {
      guard let inner = call.arguments.first.flatMap(pickle.call), inner.function != Self.parameter else {
        throw unknown(name)
      }
      return try tensor(inner.arguments, name)
    }
    guard Self.tensors.contains(call.function) else { throw unknown(name) }
    return try tensor(call.arguments, name)
  }

  /// A tensor of (storage, offset, size, stride, …); version 3 has its type as the seventh. What stands behind, such as that all
  /// signs are turned, is not known here.
  private func tensor(_ arguments: [Pickle.Value], _ name: String) throws -> ForeignArray {
    guard arguments.count >= 4, case .integer(let offset) = arguments[1],
      let shape = pickle.integers(arguments[2]), let strides = pickle.integers(arguments[3]),
      strides.count == shape.count
    else { throw unknown(name) }
    guard !arguments.dropFirst(6).contains(where: pickle.isFilledDictionary) else { throw unknown(name) }
    var storage = try storage(arguments[0], name)
    if arguments.count > 6, case .global(let word) = arguments[6] { storage.type = word }
    guard var element = Self.element(ofStorage: storage.type) else {
      throw Failure(.data, "\(name): tensors of \(storage.type.quoted) are not read; save tensor.float() instead")
    }
    element.isBigEndian = storage.isBigEndian
    guard ForeignArray.byteCount(element, shape) != nil else { throw unknown(name) }
    let (start, overflow) = offset.multipliedReportingOverflow(by: element.byteCount)
    let (file, range) = try storage.bytes()
    guard !overflow, start >= 0, start <= range.count else {
      throw Failure(.data, "\(name): the tensor reaches beyond its storage")
    }
    return try ForeignArray(
      name, element, shape: shape, strides: strides, in: file, at: range.lowerBound + start,
      available: range.count - start)
  }

  /// Where a tensor's elements lie, and of which type they are.
  private typealias Storage = (
    type: String, isBigEndian: Bool, bytes: () throws -> (file: SpoolFile, range: Range<Int>)
  )

  /// A storage that lies apart, (…, type, key, …), or within a bare pickle, as a file of torch.save's old form that holds
  /// nothing but the storage.
  private func storage(_ value: Pickle.Value, _ name: String) throws -> Storage {
    if case .object(let index) = value, pickle.objects[index].kind == .persistent,
      let parts = pickle.objects[index].items.first.flatMap(pickle.tuple), parts.count >= 5,
      case .global(let type) = parts[1], let key = pickle.text(parts[2])
    {
      return (type, isBigEndian, { try storage(key) })
    }
    guard let call = pickle.call(value), call.function == "torch.storage _load_from_bytes",
      let first = call.arguments.first, let (file, range) = try bytes(first)
    else { throw unknown(name) }
    let inner = try PickleFile.arrays(file, range, name: name)
    // Only one level: what lies within has its storages behind it.
    guard case .object(let index) = inner.pickle.root, inner.pickle.objects[index].kind == .persistent else {
      throw unknown(name)
    }
    return try inner.storage(inner.pickle.root, name)
  }

  /// The element of a storage or type that PyTorch names so, with its module before it.
  static func element(ofStorage type: String) -> ArrayElement? {
    let words = type.split(separator: " ")
    return words.count == 2 && words[0] == "torch" ? elements[String(words[1])] : nil
  }

  private static let elements: [String: ArrayElement] = {
    let kinds: [(storage: String, type: String, kind: ArrayElement.Kind, byteCount: Int)] = [
      ("FloatStorage", "float32", .float, 4), ("DoubleStorage", "float64", .float, 8),
      ("HalfStorage", "float16", .float, 2), ("BFloat16Storage", "bfloat16", .brainFloat, 2),
      ("ByteStorage", "uint8", .unsigned, 1), ("CharStorage", "int8", .signed, 1),
      ("ShortStorage", "int16", .signed, 2), ("IntStorage", "int32", .signed, 4),
      ("LongStorage", "int64", .signed, 8), ("UInt16Storage", "uint16", .unsigned, 2),
      ("UInt32Storage", "uint32", .unsigned, 4), ("UInt64Storage", "uint64", .unsigned, 8),
    ]
    return kinds.reduce(into: [:]) { elements, entry in
      let element = ArrayElement(kind: entry.kind, byteCount: entry.byteCount)
      elements[entry.storage] = element
      elements[entry.type] = element
    }
  }()

  /// An array of NumPy's, whose elements lie in the pickle.
  ///
  /// - Parameter axes: which of the dimensions each of the array's is, where it was transposed.
  private func numPy(
    _ name: String, shape: Pickle.Value, type: Pickle.Value, isFortran: Bool, data: Pickle.Value, axes: [Int]? = nil
  ) throws -> ForeignArray {
    guard let shape = pickle.integers(shape), let type = pickle.call(type), type.function == "numpy dtype",
      let word = type.arguments.first.flatMap(pickle.text)
    else { throw unknown(name) }
    let order = type.object.state.flatMap(pickle.tuple).flatMap { $0.count > 1 ? pickle.text($0[1]) : nil } ?? "<"
    let element: ArrayElement
    do {
      element = try NumPyHeader.element(order + word)
    } catch {
      throw Failure(.data, "\(name): \(error.words)")
    }
    guard let (file, range) = try bytes(data), let size = ForeignArray.byteCount(element, shape), size == range.count,
      axes == nil || axes?.sorted() == Array(shape.indices)
    else { throw unknown(name) }
    let strides = isFortran ? ForeignArray.columnMajor(shape) : ForeignArray.rowMajor(shape)
    let axes = axes ?? Array(shape.indices)
    return try ForeignArray(
      name, element, shape: axes.map { shape[$0] }, strides: axes.map { strides[$0] }, in: file,
      at: range.lowerBound, available: range.count)
  }

  /// Where bytes lie: in the pickle, or unpacked from what older protocols make of them, a text of Latin letters that is
  /// to be encoded. What wraps them in a bytearray or buffer changes nothing.
  private func bytes(_ value: Pickle.Value) throws -> (SpoolFile, Range<Int>)? {
    if case .bytes(let range) = value { return (pickle.file, range) }
    guard let call = pickle.call(value), let first = call.arguments.first else { return nil }
    switch (call.function, first) {
    case ("_codecs encode", .text(let range)): return try latin(range)
    case ("builtins bytearray", .bytes(let range)), ("pickle PickleBuffer", .bytes(let range)):
      return (pickle.file, range)
    default: return nil
    }
  }

  /// The bytes that a UTF-8 text has as Latin letters; nil where it has others.
  private func latin(_ range: Range<Int>) throws -> (SpoolFile, Range<Int>)? {
    let unpacked = try SpoolFile()
    var lead: UInt8?
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 20) {
      var bytes: [UInt8] = []
      for byte in pickle.file.bytes(start..<min(range.upperBound, start + 1 << 20)) {
        switch (lead, byte) {
        case (nil, 0..<0x80): bytes.append(byte)
        case (nil, 0xC2...0xC3): lead = byte
        case (let first?, 0x80..<0xC0):
          bytes.append(first << 6 | byte & 0x3F)
          lead = nil
        default: return nil
        }
      }
      try unpacked.append(bytes)
    }
    guard lead == nil else { return nil }
    try unpacked.map()
    return (unpacked, 0..<unpacked.count)
  }

  /// The numbers of a file that is nothing but a list of integers.
  private var integersOfList: [Int]? {
    guard case .object(let index) = pickle.root, pickle.objects[index].kind == .list else { return nil }
    let items = pickle.objects[index].items
    let numbers = items.compactMap { if case .integer(let number) = $0 { number } else { nil } }
    return numbers.isEmpty || numbers.count != items.count ? nil : numbers
  }

  private func integers(_ numbers: [Int]) throws -> ForeignArray {
    let file = try SpoolFile()
    try file.append(numbers.withUnsafeBytes { Array($0) })
    try file.map()
    return try ForeignArray(
      name, ArrayElement(kind: .signed, byteCount: 8), shape: [numbers.count], in: file, at: 0, available: file.count)
  }

  private func unknown(_ name: String) -> Failure {
    Failure(
      .data, "\(name): describes an array in a way that is not known here; save it as a plain tensor or with numpy.save"
    )
  }
}
