extension DataSet {
  /// A pair of NumPy `.npy` files, plain or gzip: pictures as uint8 (0 to 255), float32 or float64 (0 to 1), which
  /// become float32, and labels of any integer type, N or N×1.
  ///
  /// - Parameter layout: needed when it cannot be told which dimension holds the channels.
  /// - Throws: `Failure` (data) for files that are not of these kinds or do not belong together.
  public static func numPy(
    images: InputFile, labels: InputFile, layout: PictureLayout? = nil, selection: Selection = Selection()
  ) throws -> DataSet {
    let pair = try ArrayPair(
      images: ArrayFile(numPy: DataFile(images)), labels: ArrayFile(numPy: DataFile(labels)), layout: layout)
    return DataSet(try PictureArraysFeed([pair], selection))
  }
}

extension ArrayFile {
  private static let numPySignature: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Longer headers belong to structured types, which are not read.
  private static let maximumNumPyHeader = 1 << 16

  /// Reads an `.npy` file's header, of format version 1, 2 or 3.
  init(numPy file: DataFile) throws {
    let start = try file.read(upTo: 8)
    guard start.starts(with: Self.numPySignature), start.count == 8 else {
      throw Failure(
        .data,
        start.isEmpty
          ? "\(file.name): the file is empty" : "\(file.name): not an .npy file: its first bytes are not NumPy's")
    }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw Failure(
        .data, "\(file.name): .npy format version \(start[6]).\(start[7]) is not read; 1.0, 2.0 and 3.0 are")
    }
    let lengthBytes = try file.read(upTo: start[6] == 1 ? 2 : 4)
    let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.maximumNumPyHeader else {
      throw Failure(.data, "\(file.name): an .npy header of \(length) bytes is not read; a plain array needs about 120")
    }
    let text = try file.read(upTo: length)
    guard text.count == length, length > 0 else {
      throw Failure(.data, "\(file.name): the .npy header is cut short at byte \(file.position)")
    }
    let header: NumPyHeader
    do {
      header = try NumPyHeader(parsing: text)
    } catch {
      throw Failure(.data, "\(file.name): \(error.words)")
    }
    if header.isFortranOrder && header.shape.count > 1 {
      throw Failure(
        .data, "\(file.name): the array is in Fortran order; save numpy.ascontiguousarray(array) instead")
    }
    try self.init(file, element: header.element, shape: header.shape)
  }
}
