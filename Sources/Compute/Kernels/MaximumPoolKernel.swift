import Threads

/// Maxima of 3×3 windows, one picture a piece.
enum MaximumPoolKernel {
  static func forward(_ x: Storage, _ window: WindowShape, y: Storage) {
    let channels = window.channels
    Parallel.forEachPiece(window.batch) { picture in
      let source = x.base + picture * window.pictureCount
      let target = y.base + picture * window.outputCount
      target.update(repeating: -.infinity, count: window.outputCount)
      window.forEachTap { _, input, output in
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let (value, best) = (source.vector(input + c), target.vector(output + c))
          target.put(
            best.replacing(with: value, where: (value .> best) .| (value .!= value)), output + c, lanes: channels - c)
        }
      }
    }
  }

  static func backward(_ dy: Storage, x: Storage, y: Storage, _ window: WindowShape, dx: Storage, accumulate: Bool) {
    let channels = window.channels
    // What of dy has not found its pixel yet.
    let rest = Elementwise.copy(dy)
    Parallel.forEachPiece(window.batch) { picture in
      let source = x.base + picture * window.pictureCount
      let maxima = y.base + picture * window.outputCount
      let slope = rest.base + picture * window.outputCount
      let target = dx.base + picture * window.pictureCount
      if !accumulate { target.update(repeating: 0, count: window.pictureCount) }
      window.forEachTap { _, input, output in
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let hit = source.vector(input + c) .== maxima.vector(output + c)
          let open = slope.vector(output + c)
          target.put(
            target.vector(input + c) + open.replacing(with: 0, where: .!hit), input + c, lanes: channels - c)
          slope.put(open.replacing(with: 0, where: hit), output + c, lanes: channels - c)
        }
      }
    }
  }
}
