import Records

/// The arrays of a bare pickle, or of the form in which `torch.save` wrote before its zip form: pickles of a magic number, of
/// a version, of the machine, of the object itself and of the storages' keys, and then the storages one after the other,
/// each behind the number of its elements.
enum PickleFile {
  /// The first bytes of a pickle of protocol 2 to 5.
  static func isPickle(_ signature: [UInt8]) -> Bool {
    signature.count > 1 && signature[0] == 0x80 && (2...5).contains(signature[1])
  }

  /// What the first pickle of torch.save's old form holds, the number 0x1950A86A20F9469CFC6C.
  private static let magic: [UInt8] = [
    0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  /// - Parameter range: where the file lies within the spool.
  /// - Throws: `Failure` of kind `data` for a damaged pickle.
  static func arrays(_ file: SpoolFile, _ range: Range<Int>, name: String) throws -> PickledArrays {
    func pickle(from place: Int) throws -> Pickle {
      do {
        return try Pickle(parsing: file, place..<range.upperBound)
      } catch {
        throw Failure(.data, "\(name): \(error.words)")
      }
    }
    guard file.bytes(range.prefix(magic.count)) == magic else {
      return PickledArrays(
        name: name, pickle: try pickle(from: range.lowerBound), storage: { key in throw missing(key, name) })
    }
    let version = try pickle(from: range.lowerBound + magic.count)
    let machine = try pickle(from: version.place)
    let object = try pickle(from: machine.place)
    let keys = try pickle(from: object.place)
    let storages = storages(in: file, keys.place..<range.upperBound, widths: widths(object), keys: keys, name)
    return PickledArrays(
      name: name, pickle: object,
      storage: { key in
        guard let range = storages.ranges[key] else { throw storages.fault ?? missing(key, name) }
        return (file, range)
      }, isBigEndian: isBigEndian(machine))
  }

  /// Where the storages lie by their keys, in whose order they follow each other, and what is wrong behind the last of them.
  private static func storages(
    in file: SpoolFile, _ range: Range<Int>, widths: [String: Int], keys: Pickle, _ name: String
  ) -> (ranges: [String: Range<Int>], fault: Failure?) {
    var place = range.lowerBound
    var ranges: [String: Range<Int>] = [:]
    guard case .object(let index) = keys.root else { return (ranges, nil) }
    for key in keys.objects[index].items.compactMap(keys.text) {
      guard place <= range.upperBound - 8, let width = widths[key] else { return (ranges, missing(key, name)) }
      let count = file.bytes(place..<place + 8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let (size, overflow) = count.multipliedReportingOverflow(by: width)
      guard !overflow, size >= 0, size <= range.upperBound - place - 8 else {
        return (
          ranges, Failure(.data, "\(name): ends within the storage \(key.quoted); the file is cut short")
        )
      }
      if ranges[key] == nil { ranges[key] = place + 8..<place + 8 + size }
      place += 8 + size
    }
    return (ranges, nil)
  }

  private static func missing(_ key: String, _ name: String) -> Failure {
    Failure(.data, "\(name): the storage \(key.quoted) is missing")
  }

  /// The bytes of an element by the storage's key, of all storages that the object refers to.
  private static func widths(_ object: Pickle) -> [String: Int] {
    object.objects.filter { $0.kind == .persistent }.reduce(into: [:]) { widths, storage in
      guard let parts = storage.items.first.flatMap(object.tuple), parts.count > 2, case .global(let type) = parts[1],
        let key = object.text(parts[2])
      else { return }
      widths[key] = PickledArrays.element(ofStorage: type)?.byteCount ?? 1
    }
  }

  private static func isBigEndian(_ machine: Pickle) -> Bool {
    guard case .object(let index) = machine.root else { return false }
    let entries = machine.objects[index].entries
    return stride(from: 0, to: entries.count - 1, by: 2).contains {
      machine.text(entries[$0]) == "little_endian" && entries[$0 + 1] == .truth(false)
    }
  }
}
