import Records

extension ForeignArray {
  /// Reads an array of a NumPy `.npy` or `.npz` file or of a PyTorch `.pt` file (the zip form of `torch.save`), told by
  /// their first bytes. Nothing that such a file holds is executed. The bytes are copied to a temporary file (`TMPDIR`).
  ///
  /// - Parameter wanted: the array's name where the file holds several.
  /// - Throws: `Failure` of kind `data` for files of another kind, damaged ones, and where it is open which array is meant.
  package static func read(_ input: InputFile, array wanted: String? = nil) throws -> ForeignArray {
    let spool = try SpoolFile()
    let source = try DataFile(input)
    while true {
      let piece = try source.read(upTo: 1 << 20)
      if piece.isEmpty { break }
      try spool.append(piece)
    }
    try spool.map()
    let signature = spool.bytes(0..<min(8, spool.count))
    if signature.starts(with: ArrayFile.numPySignature) {
      guard wanted == nil else {
        throw Failure(.usage, "\(input.name): an .npy file holds one array without a name; leave --array out")
      }
      return try numPy(input.name, spool, 0..<spool.count)
    }
    guard signature.starts(with: ZipArchive.signature) else {
      throw Failure(
        .data, "\(input.name): \(describe(signature)); .npy, .npz and the zip form of PyTorch's .pt are read")
    }
    let archive = try ZipArchive(spool, name: input.name)
    let arrays =
      archive.entries.contains { $0.name.hasSuffix("/data.pkl") }
      ? try TorchArchive(archive).arrays()
      : archive.entries.filter { $0.name.hasSuffix(".npy") }.map { entry in
        (
          String(entry.name.dropLast(4)),
          { try numPy("\(input.name): \(entry.name.printable)", archive.contents(entry)) }
        )
      }
    return try choose(arrays, wanted, input.name)
  }

  private static func choose(
    _ arrays: [(name: String, read: () throws -> ForeignArray)], _ wanted: String?, _ file: String
  ) throws -> ForeignArray {
    let names = arrays.prefix(10).map(\.name.quoted).joined(separator: ", ") + (arrays.count > 10 ? ", …" : "")
    if let wanted {
      guard let array = arrays.first(where: { $0.name == wanted }) else {
        throw Failure(.data, "\(file): holds no array \(wanted.quoted); it holds \(arrays.isEmpty ? "none" : names)")
      }
      return try array.read()
    }
    guard let first = arrays.first else { throw Failure(.data, "\(file): holds no array of numbers") }
    guard arrays.count == 1 else {
      throw Failure(.data, "\(file): holds \(arrays.count) arrays (\(names)); say which with --array")
    }
    return try first.read()
  }

  private static func numPy(_ name: String, _ part: (file: SpoolFile, range: Range<Int>)) throws -> ForeignArray {
    try numPy(name, part.file, part.range)
  }

  private static func numPy(_ name: String, _ file: SpoolFile, _ range: Range<Int>) throws -> ForeignArray {
    var place = range.lowerBound
    let header = try NumPyHeader.read(name) { count in
      let end = min(range.upperBound, place + count)
      defer { place = end }
      return (file.bytes(place..<end), place - range.lowerBound)
    }
    return try ForeignArray(
      name, header.element, shape: header.shape, in: file, at: place, available: range.upperBound - place)
  }

  private static func describe(_ signature: [UInt8]) -> String {
    if signature.isEmpty { return "the file is empty" }
    // A pickle of protocol 2 to 5, bare or as torch.save wrote it before its zip form.
    if signature.count > 1, signature[0] == 0x80, (2...5).contains(signature[1]) {
      return "a bare pickle, or torch.save's old form: save it again with numpy.save or a newer torch.save"
    }
    return "not a file of arrays, by its first bytes"
  }
}
