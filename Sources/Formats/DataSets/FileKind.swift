import Records

/// What a file of strangers is by its first bytes: for messages about files that a reader does not take.
package enum FileKind: Equatable {
  case numPy, zip, pickle, records, safetensors, parquet, hdf5, matlab, tar, xz, bzip2, rar, web
  case picture(PictureForm)

  /// How many first bytes tell every kind.
  package static let byteCount = 264

  /// The kind that the first bytes tell; nil for others.
  package init?(_ first: [UInt8]) {
    if let kind = Self.withSignature.first(where: { $0.matches(first) }) {
      self = kind
    } else if let form = PictureForm(signature: first), form != .bmp {
      // Two letters are too few to tell a BMP from whatever else there is.
      self = .picture(form)
    } else {
      return nil
    }
  }

  /// What it is, such as "a tar archive".
  var title: String {
    switch self {
    case .numPy: "an .npy file"
    case .zip: "a zip archive"
    case .pickle: "a Python pickle"
    case .records: "a record stream or another file of zstd"
    case .safetensors: "a safetensors file"
    case .parquet: "a parquet file"
    case .hdf5: "an HDF5 file"
    case .matlab: "a MATLAB file"
    case .tar: "a tar archive"
    case .xz: "an xz file"
    case .bzip2: "a bzip2 file"
    case .rar: "a RAR archive"
    case .web: "a web page"
    case .picture(let form): "a \(form.title) picture"
    }
  }

  /// What it is and what to do with it, where ue-decode was to read it as something else.
  package var advice: String { "\(title): \(remedy)" }

  private var remedy: String {
    switch self {
    case .numPy: "use ue-decode npy"
    case .zip: "use ue-decode npz for NumPy's .npz, and unpack others first"
    case .pickle: "load it in Python and save its arrays with numpy.save, for ue-decode npy"
    case .records: "the tools read a stream as it is"
    case .safetensors: "use ue-decode safetensors"
    case .parquet:
      "ue-decode cannot read it; type python3 ue_records.py parquet train-*.parquet > x.rec "
        + "(ue_records.py stands in pipelines/, or in share/ue-tools once installed)"
    case .hdf5, .matlab: "load it in Python and save its arrays with numpy.save, for ue-decode npy"
    case .tar: "unpack it first, or use ue-decode webdataset for one of pictures and labels"
    case .xz, .bzip2, .rar: "unpack it first"
    case .web: "the download gave an error or a page to click through"
    case .picture: "use ue-decode folder for a folder of them"
    }
  }

  private static let withSignature: [FileKind] = [
    .numPy, .zip, .pickle, .records, .safetensors, .parquet, .hdf5, .matlab, .tar, .xz, .bzip2, .rar, .web,
  ]

  private func matches(_ first: [UInt8]) -> Bool {
    switch self {
    case .numPy: first.starts(with: ArrayFile.numPySignature)
    // An empty archive begins with its end.
    case .zip: first.starts(with: ZipArchive.signature) || first.starts(with: [0x50, 0x4B, 5, 6])
    case .pickle: PickleFile.isPickle(first)
    case .records:
      first.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        || first.count > 3 && first[0] & 0xF0 == 0x50 && first[1..<4] == [0x2A, 0x4D, 0x18]
    case .safetensors: first.count > 8 && first[8] == UInt8(ascii: "{") && first[3..<8].allSatisfy { $0 == 0 }
    case .parquet: first.starts(with: "PAR1".utf8)
    case .hdf5: first.starts(with: [0x89] + Array("HDF\r\n".utf8))
    case .matlab: first.starts(with: "MATLAB".utf8)
    case .tar: first.count >= 262 && first[257..<262].elementsEqual("ustar".utf8)
    case .xz: first.starts(with: [0xFD] + Array("7zXZ".utf8))
    case .bzip2: first.starts(with: "BZh".utf8)
    case .rar: first.starts(with: "Rar!".utf8)
    case .web: first.starts(with: "<!DOCTYPE".utf8) || first.starts(with: "<html".utf8)
    case .picture(let form): PictureForm(signature: first) == form
    }
  }
}
