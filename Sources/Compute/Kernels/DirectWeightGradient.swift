import Threads

/// The weight gradient of any convolution: for every tap, dw = Σ over pixels of xᵀ·dy, by tiles of a few input channels
/// and a panel of output channels.
///
/// Small filters: each thread takes a part of the batch. Large filters of few pixels: each thread takes a few input
/// channels of all parts, whose sums wait for each other in its cache. Both give the same bits.
struct DirectWeightGradient {
  /// Pixels packed at a time, about: a panel of them fits the first-level cache beside the channels it is multiplied with.
  private static let pixelsAtOnce = 256
  /// The largest sum, in floats, that is always kept once a part, and what the sums of all parts may take.
  private static let largestPartSum = 128 << 10
  private static let largestPartSums = 20 << 20
  /// Pixels of a part from which on the sums' way through memory is short beside the products.
  private static let manyPixels = 100
  /// Floats of packed pixels that the shared cache holds.
  private static let sharedCacheFloats = 5 << 20

  private let shape: ConvolutionShape
  private let parts: BatchParts
  private let packing: PixelPacking
  private let rowsAtOnce: Int

  /// dw ← (accumulate ? dw : 0) + the gradient; dw is [out, in, kernel, kernel].
  static func run(
    _ shape: ConvolutionShape, _ parts: BatchParts, x: Storage, dy: Storage, dw: Storage, accumulate: Bool
  ) {
    shape.check(x: x, y: dy, weight: dw)
    let gradient = Self(
      shape: shape, parts: parts, packing: PixelPacking(shape: shape, x: x.base, dy: dy.base),
      rowsAtOnce: max(1, pixelsAtOnce / shape.outputWidth))
    let pixels = shape.batch * shape.outputHeight * shape.outputWidth / parts.count
    let sumsPass = pixels >= manyPixels && parts.count * shape.weightCount <= largestPartSums
    if shape.weightCount <= largestPartSum || sumsPass || shape.batch == 0 {
      gradient.addByParts(to: dw, accumulate: accumulate)
    } else {
      gradient.addByChannels(to: dw.base, accumulate: accumulate)
    }
  }

  private var taps: Int { shape.kernel * shape.kernel }
  private var panels: Int { PackedPanels.panelCount(shape.outputChannels) }

  // MARK: Small filters

  private func addByParts(to dw: Storage, accumulate: Bool) {
    WeightGradientParts(shape, parts).run(dw: dw, accumulate: accumulate) { pictures, sum in
      let pixels = rowsAtOnce * shape.outputWidth
      let packed = (
        panels: Storage(count: panels * pixels * MatrixTile.columns), strip: Storage(count: pixels * MatrixTile.rows)
      )
      let (start, end) = (pictures.lowerBound * shape.outputHeight, pictures.upperBound * shape.outputHeight)
      for row in stride(from: start, to: end, by: rowsAtOnce) {
        add(row..<min(end, row + rowsAtOnce), packed, to: sum, accumulate: row > start)
      }
    }
  }

  /// sum[tap, in, out] ← (accumulate ? sum : 0) + xᵀ·dy over output rows, counted across the batch.
  private func add(
    _ rows: Range<Int>, _ packed: (panels: Storage, strip: Storage), to sum: UnsafeMutablePointer<Float>,
    accumulate: Bool
  ) {
    let (inputs, outputs, pixels) = (shape.inputChannels, shape.outputChannels, rows.count * shape.outputWidth)
    packing.packPanels(rows, into: packed.panels.base)
    for tap in 0..<taps {
      for input in stride(from: 0, to: inputs, by: MatrixTile.rows) {
        packing.packStrip(input, rows, tap: tap, into: packed.strip.base)
        for output in stride(from: 0, to: outputs, by: MatrixTile.columns) {
          let target = sum + (tap * inputs + input) * outputs + output
          product(packed.strip.base, packed.panels.base + output * pixels, pixels: pixels)
            .store(.init(addend: accumulate ? 0 : nil), rows: inputs - input, columns: outputs - output) {
              target + $0 * outputs
            }
        }
      }
    }
  }

  @inline(__always)
  private func product(
    _ strip: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, pixels: Int
  ) -> MatrixTile {
    var tile = MatrixTile()
    tile.addProduct(
      MatrixTile.Rows { strip + $0 }, aStep: MatrixTile.rows, panel, bStep: MatrixTile.columns, count: pixels)
    return tile
  }

  // MARK: Large filters

  /// Floats of a tile, and of what a thread sums at a level: [panel, tap, row, column].
  private static var tileCount: Int { MatrixTile.rows * MatrixTile.columns }
  private var levelCount: Int { panels * taps * Self.tileCount }

  private func addByChannels(to dw: UnsafeMutablePointer<Float>, accumulate: Bool) {
    let rowFloats = panels * MatrixTile.columns * shape.outputWidth
    let chunks = SumStep.chunks(
      parts, length: shape.outputHeight, longest: rowsAtOnce, limit: Self.sharedCacheFloats / rowFloats)
    let levelsCount = SumTree.depth(of: parts.count) * levelCount
    let strips = (shape.inputChannels + MatrixTile.rows - 1) / MatrixTile.rows
    // Of one chunk, the waiting sums never leave a thread's cache.
    let kept = chunks.count > 1 ? Storage(count: strips * levelsCount) : nil
    for (index, chunk) in chunks.enumerated() {
      let dy = packedPanels(chunk, rowFloats: rowFloats)
      Parallel.forEachPiece(strips) { strip in
        let scratch = Storage(count: levelsCount)
        let levels = SumLevels(
          count: levelCount, kept: kept.map { $0.base + strip * levelsCount } ?? scratch.base, scratch: scratch.base,
          highest: kept == nil ? .max : chunk[chunk.startIndex].level)
        add(chunk, input: strip * MatrixTile.rows, dy: dy.base, rowFloats: rowFloats, to: levels)
        if index == chunks.count - 1 {
          write(levels[0], input: strip * MatrixTile.rows, to: dw, accumulate: accumulate)
        }
      }
    }
  }

  /// The panels of every block of a chunk, one block behind the other.
  private func packedPanels(_ chunk: ArraySlice<SumStep>, rowFloats: Int) -> Storage {
    let (start, panels) = (chunk.blocks.lowerBound, Storage(count: chunk.blocks.count * rowFloats))
    Parallel.forEachPiece(chunk.count) { index in
      let block = chunk[chunk.startIndex + index].block
      packing.packPanels(block, into: panels.base + (block.lowerBound - start) * rowFloats)
    }
    return panels
  }

  /// The steps of a chunk for one strip of input channels.
  private func add(
    _ chunk: ArraySlice<SumStep>, input: Int, dy: UnsafePointer<Float>, rowFloats: Int,
    to levels: SumLevels
  ) {
    let stripCount = rowsAtOnce * shape.outputWidth * MatrixTile.rows
    let strips = Storage(count: taps * stripCount)
    for step in chunk {
      let pixels = step.block.count * shape.outputWidth
      let block = dy + (step.block.lowerBound - chunk.blocks.lowerBound) * rowFloats
      let level = levels[step.level]
      for tap in 0..<taps { packing.packStrip(input, step.block, tap: tap, into: strips.base + tap * stripCount) }
      for panel in 0..<panels {
        for tap in 0..<taps {
          let target = level + (panel * taps + tap) * Self.tileCount
          product(strips.base + tap * stripCount, block + panel * pixels * MatrixTile.columns, pixels: pixels)
            .store(.init(addend: step.accumulate ? 0 : nil)) { target + $0 * MatrixTile.columns }
        }
      }
      step.addLevels(levels)
    }
  }

  /// dw ← (accumulate ? dw : 0) + the sums of one strip.
  private func write(
    _ sums: UnsafePointer<Float>, input: Int, to dw: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let rows = min(MatrixTile.rows, shape.inputChannels - input)
    for output in 0..<shape.outputChannels {
      let (panel, column) = (output / MatrixTile.columns, output % MatrixTile.columns)
      let target = dw + (output * shape.inputChannels + input) * taps
      for row in 0..<rows {
        let source = sums + panel * taps * Self.tileCount + row * MatrixTile.columns + column
        for tap in 0..<taps {
          let (value, place) = (source[tap * Self.tileCount], row * taps + tap)
          target[place] = accumulate ? target[place] + value : value
        }
      }
    }
  }
}

/// Output rows of a batch, rearranged so that a matrix tile reads both operands of a weight gradient in order: dy in panels
/// of output channels, x in strips of input channels as wide as a tile is high.
private struct PixelPacking {
  let shape: ConvolutionShape
  let x: UnsafePointer<Float>
  let dy: UnsafePointer<Float>

  /// target[panel, pixel, column] ← dy.
  func packPanels(_ rows: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    let (outputs, pixels) = (shape.outputChannels, rows.count * shape.outputWidth)
    let start = dy + rows.lowerBound * shape.outputWidth * outputs
    for first in stride(from: 0, to: outputs, by: MatrixTile.columns) {
      var target = target + first * pixels
      let width = min(MatrixTile.columns, outputs - first)
      for pixel in 0..<pixels {
        let source = start + pixel * outputs + first
        if width == MatrixTile.columns {
          target.store(source.vector())
          target.store(source.vector(Vector.scalarCount), Vector.scalarCount)
        } else {
          for column in 0..<MatrixTile.columns { target[column] = column < width ? source[column] : 0 }
        }
        target += MatrixTile.columns
      }
    }
  }

  /// target[pixel, row] ← the pixels that a tap meets, from a channel on; zeros where it meets the padding. Of a strip past
  /// the last channel some columns hold what follows; they are not stored in the end.
  func packStrip(_ input: Int, _ rows: Range<Int>, tap: Int, into target: UnsafeMutablePointer<Float>) {
    let (step, inputs) = (shape.stride, shape.inputChannels)
    let (rowShift, columnShift) = (tap / shape.kernel - shape.padding, tap % shape.kernel - shape.padding)
    // The output columns whose pixel lies on the picture.
    let first = min(shape.outputWidth, max(0, (step - 1 - columnShift) / step))
    let end = max(first, min(shape.outputWidth, (shape.width - 1 - columnShift + step) / step))
    var target = target
    for row in rows {
      let inputRow = row % shape.outputHeight * step + rowShift
      let inside = inputRow >= 0 && inputRow < shape.height ? first..<end : 0..<0
      target.update(repeating: 0, count: inside.lowerBound * MatrixTile.rows)
      target += inside.lowerBound * MatrixTile.rows
      let pixel =
        (row / shape.outputHeight * shape.height + inputRow) * shape.width + inside.lowerBound * step + columnShift
      var source = x + input + pixel * inputs
      for _ in inside {
        // Eight floats whatever the tile's height: the next pixel overwrites what is too much.
        UnsafeMutableRawPointer(target).storeBytes(
          of: UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self), as: SIMD8<Float>.self)
        target += MatrixTile.rows
        source += step * inputs
      }
      let rest = (shape.outputWidth - inside.upperBound) * MatrixTile.rows
      target.update(repeating: 0, count: rest)
      target += rest
    }
  }
}
