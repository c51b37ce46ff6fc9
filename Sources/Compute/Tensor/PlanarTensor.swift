extension Tensor {
  /// Pictures [N, H, W, C] in [0, 1] from the bytes of planar pictures [N, C, H, W], 0...255.
  ///
  /// Precondition: `shape` has four dimensions and as many elements as there are bytes.
  package convenience init(planar bytes: [UInt8], shape: [Int], tape: Tape? = nil, requiresGradient: Bool = true) {
    self.init(
      shape: Self.interleaved(shape), storage: Storage(count: bytes.count), tape: tape,
      requiresGradient: requiresGradient)
    // Division, not a product with 1/255: the nearest float to every level, as other libraries have it.
    PlanarPictures.interleave(
      bytes, pictures: shape[0], channels: shape[1], pixels: shape[2] * shape[3], into: storage
    ) { Float($0) / 255 }
  }

  /// Pictures [N, H, W, C] from planar ones [N, C, H, W].
  ///
  /// Precondition: `shape` has four dimensions and as many elements as there are values.
  package convenience init(planar values: [Float], shape: [Int], tape: Tape? = nil, requiresGradient: Bool = true) {
    self.init(
      shape: Self.interleaved(shape), storage: Storage(count: values.count), tape: tape,
      requiresGradient: requiresGradient)
    PlanarPictures.interleave(
      values, pictures: shape[0], channels: shape[1], pixels: shape[2] * shape[3], into: storage
    ) { $0 }
  }

  /// The elements of pictures [N, H, W, C] in the planar order [N, C, H, W].
  package var planarValues: [Float] {
    precondition(shape.count == 4, "a tensor of shape \(shape) is not pictures")
    return PlanarPictures.planar(storage, pictures: shape[0], channels: shape[3], pixels: shape[1] * shape[2])
  }

  /// The l2 norm of every record, the first dimension counting them. Not recorded on a tape.
  package var recordNorms: [Float] {
    let length = count / max(1, shape.first ?? 1)
    return (0..<count / max(1, length)).map { record in
      let from = storage.base + record * length
      return Float(Reduction.sum(count: length) { from.wide($0) * from.wide($0) }.squareRoot())
    }
  }

  private static func interleaved(_ planar: [Int]) -> [Int] {
    precondition(planar.count == 4, "a shape \(planar) is not that of planar pictures")
    return [planar[0], planar[2], planar[3], planar[1]]
  }
}
