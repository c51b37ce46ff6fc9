import Records

/// What a file of strangers is by its first bytes: for messages about files that a reader does not take.
package enum FileKind: CaseIterable {
  case numPy, zip, pickle, records, safetensors, parquet, hdf5, matlab, tar, png, jpeg, web

  /// How many first bytes tell every kind.
  package static let byteCount = 264

  /// The kind that the first bytes tell; nil for others.
  package init?(_ first: [UInt8]) {
    guard let kind = Self.allCases.first(where: { $0.matches(first) }) else { return nil }
    self = kind
  }

  /// What it is and what to do with it, where ue-decode was to read it as something else.
  package var advice: String {
    switch self {
    case .numPy: "an .npy file: use ue-decode npy"
    case .zip: "a zip archive: use ue-decode npz for NumPy's .npz, and unpack others first"
    case .pickle: "a Python pickle: load it in Python and save its arrays with numpy.save, for ue-decode npy"
    case .records: "a record stream already: the tools read it as it is"
    case .safetensors: "a safetensors file: use ue-decode safetensors"
    case .parquet:
      "a parquet file, which ue-decode cannot read; type python3 ue_records.py parquet train-*.parquet > x.rec "
        + "(ue_records.py stands in pipelines/)"
    case .hdf5: "an HDF5 file: load it in Python and save its arrays with numpy.save, for ue-decode npy"
    case .matlab: "a MATLAB file: load it in Python and save its arrays with numpy.save, for ue-decode npy"
    case .tar: "a tar archive: unpack it first, or use ue-decode webdataset for one of pictures and labels"
    case .png, .jpeg: "a picture: use ue-decode folder for a folder of them"
    case .web: "a web page: the download gave an error or a page to click through"
    }
  }

  /// What it is, where it should have held arrays.
  var title: String { advice.prefix { $0 != ":" && $0 != "," }.description }

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
    case .png: first.starts(with: PNG.signature)
    case .jpeg: first.starts(with: JPEG.signature)
    case .web: first.starts(with: "<!DOCTYPE".utf8) || first.starts(with: "<html".utf8)
    }
  }
}
