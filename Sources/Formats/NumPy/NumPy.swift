import Records

extension DataSet {
  /// A pair of NumPy `.npy` files, plain or gzip: pictures as uint8 (0 to 255), float32 or float64 (0 to 1), which
  /// become float32, and labels of any integer type, N or N×1.
  ///
  /// - Parameter layout: needed when it cannot be told which dimension holds the channels.
  /// - Throws: `Failure` (data) for files that are not of these kinds or do not belong together.
  package static func numPy(
    images: InputFile, labels: InputFile, layout: PictureLayout? = nil, selection: Selection = Selection()
  ) throws -> DataSet {
    let pair = try ArrayPair(
      images: ArrayFile(numPy: DataFile(images)), labels: ArrayFile(numPy: DataFile(labels)), layout: layout)
    return DataSet(try PictureArraysFeed([pair], selection))
  }
}

extension ArrayFile {
  /// The first bytes of an `.npy` file.
  static let numPySignature: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads an `.npy` file's header, of format version 1, 2 or 3.
  init(numPy file: DataFile) throws {
    let header = try NumPyHeader.read(file.name) { (try file.read(upTo: $0), file.position) }
    try self.init(
      file, element: header.element, shape: header.shape, isFortranOrder: header.isFortranOrder)
  }
}

extension NumPyHeader {
  /// Longer headers belong to structured types, which are not read.
  private static let longest = 1 << 16

  /// Reads a header with what stands before it.
  ///
  /// - Parameters:
  ///   - name: what messages call the file.
  ///   - read: gives the next bytes, fewer at the end, and how many have been read by then.
  /// - Throws: `Failure` (data) for other files.
  static func read(
    _ name: String, _ read: (_ count: Int) throws -> (bytes: [UInt8], position: Int)
  ) throws -> NumPyHeader {
    let start = try read(8).bytes
    guard start.starts(with: ArrayFile.numPySignature), start.count == 8 else {
      let first = start + (try read(FileKind.byteCount - 8).bytes)
      throw Failure(
        .data,
        first.isEmpty
          ? "\(name): the file is empty"
          : "\(name): not an .npy file, but \(FileKind(first)?.advice ?? "something else by its first bytes")")
    }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw Failure(.data, "\(name): .npy format version \(start[6]).\(start[7]) is not read; 1.0, 2.0 and 3.0 are")
    }
    let length = try read(start[6] == 1 ? 2 : 4).bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= longest else {
      throw Failure(.data, "\(name): an .npy header of \(length) bytes is not read; a plain array needs about 120")
    }
    let (text, position) = try read(length)
    guard text.count == length, length > 0 else {
      throw Failure(.data, "\(name): the .npy header is cut short at byte \(position)")
    }
    let header: NumPyHeader
    do {
      header = try NumPyHeader(parsing: text)
    } catch {
      throw Failure(.data, "\(name): \(error.words)")
    }
    return header
  }
}

extension DataSet {
  /// A NumPy archive (`.npz`) of a pair of arrays, of the types and shapes that `numPy` reads.
  ///
  /// The archive is copied to a temporary file (`TMPDIR`), since its directory stands at its end.
  /// - Parameters:
  ///   - images: the name of the array of pictures.
  ///   - labels: the name of the array of labels.
  ///   - layout: needed when it cannot be told which dimension holds the channels.
  /// - Throws: `Failure` (data) for another kind of file, a damaged one, and one without an array of the name.
  package static func numPyArchive(
    _ input: InputFile, images: String = "image", labels: String = "label", layout: PictureLayout? = nil,
    selection: Selection = Selection()
  ) throws -> DataSet {
    let spool = try SpoolFile()
    while case let piece = try input.read(upTo: 1 << 20), !piece.isEmpty { try spool.append(piece) }
    try spool.map()
    let first = spool.bytes(0..<min(FileKind.byteCount, spool.count))
    guard !first.isEmpty else { throw Failure(.data, "\(input.name): the file is empty") }
    if let kind = FileKind(first), kind != .zip {
      throw Failure(.data, "\(input.name): not an .npz archive, but \(kind.advice)")
    }
    let archive = try ZipArchive(spool, name: input.name)
    let pair = try ArrayPair(
      images: archive.array(images), labels: archive.array(labels), layout: layout)
    return DataSet(try PictureArraysFeed([pair], selection))
  }
}

extension ZipArchive {
  /// The array of a name.
  fileprivate func array(_ wanted: String) throws -> ArrayFile {
    // Of several of one name the last is the one that NumPy reads.
    guard let entry = entries.last(where: { $0.name == wanted + ".npy" }) else {
      let names = entries.map(\.name).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
      throw Failure(
        .data,
        "\(name): holds no array \(wanted.quoted); it holds \(names.prefix(20).joined(separator: ", ").printable) (--images and "
          + "--labels name those to read)")
    }
    let (file, range) = try contents(entry)
    return try ArrayFile(numPy: DataFile(file, range, name: "\(name): \(entry.name.printable)"))
  }
}
