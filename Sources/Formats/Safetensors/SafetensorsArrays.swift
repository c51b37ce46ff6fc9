import Records

/// The arrays of a safetensors file that lies in a mapped spool.
enum SafetensorsArrays {
  /// - Throws: `Failure` of kind `data` for a damaged file.
  static func arrays(_ file: SpoolFile, name: String) throws -> [NamedArray] {
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
}
