import Records

extension DataSet {
  /// MNIST's IDX files, plain or gzip, in pairs of a file of pictures and a file of labels, which is which told by
  /// their dimensions. Grey pictures keep their one channel.
  ///
  /// - Parameter layout: of files with four dimensions; needed when it cannot be told from the numbers.
  /// - Throws: `Failure` (usage) for an odd number of files; (data) for files that are not IDX, or do not belong
  ///   together.
  package static func idx(
    _ files: [InputFile], layout: PictureLayout? = nil, selection: Selection = Selection()
  ) throws -> DataSet {
    guard !files.isEmpty, files.count.isMultiple(of: 2) else {
      throw Failure(
        .usage, "IDX files come in pairs, one of pictures and one of labels, but \(files.count) are named")
    }
    let arrays = try files.map { try ArrayFile(idx: DataFile($0)) }
    let pairs = try stride(from: 0, to: arrays.count, by: 2).map { place in
      try pair(arrays[place], arrays[place + 1], layout)
    }
    return DataSet(try PictureArraysFeed(pairs, selection))
  }

  private static func pair(_ first: ArrayFile, _ second: ArrayFile, _ layout: PictureLayout?) throws -> ArrayPair {
    // A picture has three dimensions or more; labels may be a column, or one column a class.
    switch (first.shape.count < 3, second.shape.count < 3) {
    case (false, true): return try ArrayPair(images: first, labels: second, layout: layout)
    case (true, false): return try ArrayPair(images: second, labels: first, layout: layout)
    case (true, true):
      throw Failure(.data, "\(first.name) and \(second.name) both hold labels; one of the two must hold pictures")
    case (false, false):
      throw Failure(.data, "\(first.name) and \(second.name) both hold pictures; one of the two must hold labels")
    }
  }
}

extension ArrayFile {
  /// Reads an IDX file's header: two zero bytes, the element type, the number of dimensions, then each dimension as a
  /// big-endian 32-bit number.
  init(idx file: DataFile) throws {
    let magic = try file.read(upTo: 4)
    guard magic.count == 4, magic[0] == 0, magic[1] == 0, let element = Self.idxElements[magic[2]] else {
      let digits = magic.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: " ")
      let first = magic.isEmpty ? [] : magic + (try file.read(upTo: FileKind.byteCount - 4))
      throw Failure(
        .data,
        magic.isEmpty
          ? "\(file.name): the file is empty"
          : "\(file.name): not an IDX file"
            + (FileKind(first).map { ", but \($0.advice)" }
              ?? ": it begins with the bytes \(digits), not 00 00 and a type"))
    }
    let dimensions = try file.read(upTo: Int(magic[3]) * 4)
    guard dimensions.count == Int(magic[3]) * 4 else {
      throw Failure(.data, "\(file.name): the IDX header is cut short at byte \(file.position)")
    }
    let number = ArrayElement(kind: .unsigned, byteCount: 4, isBigEndian: true)
    try self.init(file, element: element, shape: number.integers(dimensions[...]).compactMap { $0 })
  }

  private static let idxElements: [UInt8: ArrayElement] = [
    0x08: ArrayElement(kind: .unsigned, byteCount: 1, isBigEndian: true),
    0x09: ArrayElement(kind: .signed, byteCount: 1, isBigEndian: true),
    0x0B: ArrayElement(kind: .signed, byteCount: 2, isBigEndian: true),
    0x0C: ArrayElement(kind: .signed, byteCount: 4, isBigEndian: true),
    0x0D: ArrayElement(kind: .float, byteCount: 4, isBigEndian: true),
    0x0E: ArrayElement(kind: .float, byteCount: 8, isBigEndian: true),
  ]
}
