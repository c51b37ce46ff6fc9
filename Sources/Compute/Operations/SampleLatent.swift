import Threads

/// The numbers ε of a draw.
package enum Noise {
  /// Drawn here, one for each element.
  case normal(NormalNumbers)
  /// Drawn elsewhere, a constant of the draw's shape.
  case given(Tensor)
}

/// A draw from N(μ, e^v) by numbers ε from N(0, 1), through which gradients pass to μ and v:
///
///     z = μ + e^(v/2)·ε
///
/// Tensors of one shape, the records first. Saves μ and z.
/// Backward: dμ = dz, sharing its storage, and dv = ½·dz·(z − μ), so that the noise need not be kept.
package func sampleLatent(mean: Tensor, logVariance: Tensor, noise: Noise) -> Tensor {
  precondition(mean.shape == logVariance.shape, "a draw from \(mean.shape) and \(logVariance.shape)")
  let z = Tensor(shape: mean.shape, tape: mean.tape ?? logVariance.tape)
  let (center, spread, draw) = (mean.storage.base, logVariance.storage.base, z.storage.base)
  noise.fill(z) { piece in
    for index in stride(from: piece.lowerBound, to: piece.upperBound, by: WideVector.scalarCount) {
      let lanes = piece.upperBound - index
      let deviation = VectorMath.exponential(spread.wide(index) * 0.5)
      draw.put(center.wide(index).addingProduct(deviation, draw.wide(index, lanes: lanes)), index, lanes: lanes)
    }
  }
  z.tape?.record {
    guard let dz = z.takeGradient() else { return }
    let slope = dz.base
    logVariance.addGradient { dv, accumulate in
      Elementwise.fill(dv, accumulate: accumulate) { index in
        slope.wide(index) * (z.storage.base.wide(index) - mean.storage.base.wide(index)) * 0.5
      }
    }
    mean.addGradient(sharing: dz)
  }
  return z
}

extension Noise {
  /// Writes the numbers to z and hands each piece to `body` as soon as it is written.
  fileprivate func fill(_ z: Tensor, then body: (_ piece: Range<Int>) -> Void) {
    Profile.span("SampleLatent", .arrays(3, of: z.count)) {
      switch self {
      case .normal(let numbers):
        numbers.fill(z.storage, then: body)
      case .given(let numbers):
        precondition(numbers.shape == z.shape, "numbers of shape \(numbers.shape) for a draw of \(z.shape)")
        Parallel.forEachRange(of: z.count, length: Elementwise.pieceLength) { piece in
          (z.storage.base + piece.lowerBound).update(from: numbers.storage.base + piece.lowerBound, count: piece.count)
          body(piece)
        }
      }
    }
  }
}
