import Records

/// An array by its name within a file.
typealias NamedArray = (name: String, read: () throws -> ForeignArray)

extension ForeignArray {
  /// Reads an array of a NumPy `.npy` or `.npz` file, of a file of `torch.save` in its zip form or its old one, of a bare
  /// pickle of protocol 2 to 5, or of a safetensors file, told by their first bytes. Nothing that such a file holds is
  /// executed. The bytes are copied to a temporary file (`TMPDIR`), unpacked where they come in gzip.
  ///
  /// - Parameter wanted: the array's name where the file holds several; the names of dictionaries and lists within each
  ///   other are joined by points. Without it a list of pictures' arrays, all of one shape, is one array.
  /// - Throws: `Failure` of kind `data` for files of another kind, damaged ones, and where it is open which array is meant.
  package static func read(_ input: InputFile, array wanted: String? = nil) throws -> ForeignArray {
    let spool = try SpoolFile()
    let source = try DataFile(input)
    while case let piece = try source.read(upTo: 1 << 20), !piece.isEmpty { try spool.append(piece) }
    try spool.map()
    return try choose(arrays(spool, input.name), wanted, input.name)
  }

  private static func arrays(_ spool: SpoolFile, _ name: String) throws -> [NamedArray] {
    let first = spool.bytes(0..<min(FileKind.byteCount, spool.count))
    switch FileKind(first) {
    case .numPy: return [("", { try numPy(name, spool, 0..<spool.count) })]
    case .pickle: return try PickleFile.arrays(spool, 0..<spool.count, name: name).arrays()
    case .safetensors: return try safetensors(spool, name)
    case .zip:
      let archive = try ZipArchive(spool, name: name)
      if archive.entries.contains(where: { $0.name.hasSuffix(TorchArchive.pickleName) }) {
        return try TorchArchive.arrays(archive).arrays()
      }
      return archive.entries.filter { $0.name.hasSuffix(".npy") }.map { entry in
        (
          String(entry.name.dropLast(4)),
          {
            let (file, range) = try archive.contents(entry)
            return try numPy("\(name): \(entry.name.printable)", file, range)
          }
        )
      }
    case let kind:
      throw Failure(
        .data,
        "\(name): \(kind?.title ?? describe(first)); .npy, .npz, .safetensors, files of torch.save and pickles of "
          + "protocol 2 to 5 are read")
    }
  }

  private static func choose(_ arrays: [NamedArray], _ wanted: String?, _ file: String) throws -> ForeignArray {
    if arrays.count == 1, arrays[0].name.isEmpty {
      guard wanted == nil else {
        throw Failure(.usage, "\(file): holds one array without a name; leave --array out")
      }
      return try arrays[0].read()
    }
    let names = arrays.prefix(10).map(\.name.quoted).joined(separator: ", ") + (arrays.count > 10 ? ", …" : "")
    if let wanted {
      guard let array = arrays.first(where: { $0.name == wanted }) else {
        throw Failure(.data, "\(file): holds no array \(wanted.quoted); it holds \(arrays.isEmpty ? "none" : names)")
      }
      return try array.read()
    }
    guard let first = arrays.first else { throw Failure(.data, "\(file): holds no array of numbers") }
    guard arrays.count == 1 else {
      if let stack = try stack(arrays, file) { return stack }
      throw Failure(.data, "\(file): holds \(arrays.count) arrays (\(names)); say which with --array")
    }
    return try first.read()
  }

  /// The pictures' own arrays of a list, or of a dictionary whose keys are the numbers from 0 on, as one, in the order of those
  /// numbers; nil for other arrays.
  private static func stack(_ arrays: [NamedArray], _ file: String) throws -> ForeignArray? {
    let numbered = arrays.compactMap { array in Int(array.name).map { (number: $0, read: array.read) } }
      .sorted { $0.number < $1.number }
    guard numbered.map(\.number) == Array(arrays.indices), let first = try numbered.first?.read(),
      first.shape.count == 3
    else { return nil }
    let spool = try SpoolFile()
    for entry in numbered {
      let array = try entry.read()
      guard array.shape == first.shape, array.element == first.element else { return nil }
      try spool.append(array.asRow.rowBytes(0))
    }
    try spool.map()
    return try ForeignArray(
      file, first.element, shape: [arrays.count] + first.shape, in: spool, at: 0, available: spool.count)
  }

  private static func numPy(_ name: String, _ file: SpoolFile, _ range: Range<Int>) throws -> ForeignArray {
    var place = range.lowerBound
    let header = try NumPyHeader.read(name) { count in
      let end = min(range.upperBound, place + count)
      defer { place = end }
      return (file.bytes(place..<end), place - range.lowerBound)
    }
    let available = range.upperBound - place
    guard let size = byteCount(header.element, header.shape), size == available else {
      let words = header.shape.map(String.init).joined(separator: "×")
      throw Failure(
        .data, "\(name): \(available) bytes are not an array of \(words) elements of \(header.element.title)")
    }
    return try ForeignArray(
      name, header.element, shape: header.shape, strides: header.isFortranOrder ? columnMajor(header.shape) : nil,
      in: file, at: place, available: available)
  }

  private static func safetensors(_ file: SpoolFile, _ name: String) throws -> [NamedArray] {
    do {
      return try Document.places(in: file).map { place in
        (
          place.name,
          {
            let name = "\(name): \(place.name.printable)"
            guard let element = ArrayElement(place.type) else {
              throw Failure(
                .data, "\(name): tensors of \(place.type.rawValue) are not read; save tensor.float() instead")
            }
            return try ForeignArray(
              name, element, shape: place.shape, in: file, at: place.bytes.lowerBound, available: place.bytes.count)
          }
        )
      }
    } catch let fault as Failure where fault.kind == .data {
      throw Failure(.data, "\(name): \(fault.message)")
    }
  }

  private static func describe(_ first: [UInt8]) -> String {
    if first.isEmpty { return "the file is empty" }
    // Protocols 0 and 1 begin with the first of their operations.
    if let byte = first.first, [UInt8(ascii: "c"), UInt8(ascii: "("), UInt8(ascii: "]")].contains(byte) {
      return "not a file of arrays, by its first bytes, or a pickle of protocol 0 or 1: pickle.dump(x, f, protocol=4)"
    }
    return "not a file of arrays, by its first bytes"
  }
}
