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
    let archive = try ZipArchive(spool, name: input.name)
    let pair = try ArrayPair(
      images: archive.array(images), labels: archive.array(labels), layout: layout)
    return DataSet(try PictureArraysFeed([pair], selection))
  }
}

extension ZipArchive {
  /// The array of a name.
  fileprivate func array(_ wanted: String) throws -> ArrayFile {
    guard let entry = entries.first(where: { $0.name == wanted + ".npy" }) else {
      let names = entries.map(\.name).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
      throw Failure(
        .data,
        "\(name): holds no array \(wanted.quoted); it holds \(names.prefix(20).joined(separator: ", ").printable)")
    }
    let (file, range) = try contents(entry)
    return try ArrayFile(numPy: DataFile(file, range, name: "\(name): \(entry.name.printable)"))
  }
}
