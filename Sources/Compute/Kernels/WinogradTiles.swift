/// The tiles of pictures [N, H, W, C] in Winograd's domain: 4×4 outputs of a 3×3 convolution with padding 1, computed
/// from 6×6 inputs. Tiles are numbered across the whole batch: picture, then row, then column.
struct WinogradTiles {
  let batch: Int
  let height: Int
  let width: Int

  var rows: Int { (height + 3) / 4 }
  var columns: Int { (width + 3) / 4 }
  /// Tiles of the whole batch.
  var count: Int { batch * rows * columns }

  /// Whether the transforms, which take whole vectors of channels, serve this many. Fewer than a panel of a matrix tile
  /// would leave part of it empty, and gain nothing over the direct convolution.
  static func serves(channels: Int) -> Bool {
    channels >= MatrixTile.columns && channels % Vector.scalarCount == 0
  }

  private func position(_ tile: Int) -> (picture: Int, row: Int, column: Int) {
    (tile / (rows * columns), tile / columns % rows * 4, tile % columns * 4)
  }

  /// v[position][tile][c] ← Bᵀ x B for the tiles of `range`; v holds `stride` floats a position.
  func transformInputs(
    _ range: Range<Int>, of x: UnsafeMutablePointer<Float>, channels: Int, into v: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    let zeros = Storage.zeros(count: channels)
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: 36) { pixels in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: 36) { half in
        for tile in range {
          let (picture, top, left) = position(tile)
          for pixel in 0..<36 {
            let (row, column) = (top - 1 + pixel / 6, left - 1 + pixel % 6)
            let inside = row >= 0 && row < height && column >= 0 && column < width
            pixels[pixel] = inside ? x + ((picture * height + row) * width + column) * channels : zeros.base
          }
          let target = v + (tile - range.lowerBound) * channels
          for channel in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
            Self.transformInput(pixels, channel: channel, half: half, into: target + channel, stride: stride)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func transformInput(
    _ pixels: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>, channel: Int,
    half: UnsafeMutableBufferPointer<Vector>, into target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for column in 0..<6 {
      let at = { pixels[$0 * 6 + column].vector(channel) }
      let six = WinogradTransforms.input((at(0), at(1), at(2), at(3), at(4), at(5)))
      (half[column], half[6 + column], half[12 + column]) = (six.0, six.1, six.2)
      (half[18 + column], half[24 + column], half[30 + column]) = (six.3, six.4, six.5)
    }
    for row in 0..<6 {
      let at = { half[row * 6 + $0] }
      let six = WinogradTransforms.input((at(0), at(1), at(2), at(3), at(4), at(5)))
      let place = target + row * 6 * stride
      place.store(six.0)
      place.store(six.1, stride)
      place.store(six.2, 2 * stride)
      place.store(six.3, 3 * stride)
      place.store(six.4, 4 * stride)
      place.store(six.5, 5 * stride)
    }
  }

  /// y ← (accumulate ? y : 0) + Aᵀ m A + bias for the tiles of `range`; m is [position][tile][rowStride].
  func transformOutputs(
    _ range: Range<Int>, of m: UnsafeMutablePointer<Float>, rowStride: Int, stride: Int,
    bias: UnsafeMutablePointer<Float>?, channels: Int, into y: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: 24) { half in
      for tile in range {
        let (picture, top, left) = position(tile)
        let (rows, columns) = (min(4, height - top), min(4, width - left))
        let source = m + (tile - range.lowerBound) * rowStride
        let corner = y + ((picture * height + top) * width + left) * channels
        for channel in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
          for column in 0..<6 {
            let at = { source.vector(($0 * 6 + column) * stride + channel) }
            let four = WinogradTransforms.output((at(0), at(1), at(2), at(3), at(4), at(5)))
            (half[column], half[6 + column], half[12 + column], half[18 + column]) = four
          }
          let shift = bias?.vector(channel) ?? Vector()
          for row in 0..<rows {
            let at = { half[row * 6 + $0] }
            let four = WinogradTransforms.output((at(0), at(1), at(2), at(3), at(4), at(5)))
            let place = corner + row * width * channels + channel
            Self.put(four.0 + shift, at: place, accumulate)
            if columns > 1 { Self.put(four.1 + shift, at: place + channels, accumulate) }
            if columns > 2 { Self.put(four.2 + shift, at: place + 2 * channels, accumulate) }
            if columns > 3 { Self.put(four.3 + shift, at: place + 3 * channels, accumulate) }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func put(_ value: Vector, at place: UnsafeMutablePointer<Float>, _ accumulate: Bool) {
    place.store(accumulate ? place.vector() + value : value)
  }

  /// m[position][tile][rowStride] ← A dy Aᵀ, the adjoint of the output transform, for the tiles of `range`.
  func transformOutputGradients(
    _ range: Range<Int>, of dy: UnsafeMutablePointer<Float>, channels: Int, into m: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    let zeros = Storage.zeros(count: channels)
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: 16) { pixels in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: 24) { half in
        for tile in range {
          let (picture, top, left) = position(tile)
          for pixel in 0..<16 {
            let (row, column) = (top + pixel / 4, left + pixel % 4)
            let inside = row < height && column < width
            pixels[pixel] = inside ? dy + ((picture * height + row) * width + column) * channels : zeros.base
          }
          let target = m + (tile - range.lowerBound) * channels
          for channel in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
            for column in 0..<4 {
              let at = { pixels[$0 * 4 + column].vector(channel) }
              let six = WinogradTransforms.outputAdjoint((at(0), at(1), at(2), at(3)))
              (half[column], half[4 + column], half[8 + column]) = (six.0, six.1, six.2)
              (half[12 + column], half[16 + column], half[20 + column]) = (six.3, six.4, six.5)
            }
            for row in 0..<6 {
              let at = { half[row * 4 + $0] }
              let six = WinogradTransforms.outputAdjoint((at(0), at(1), at(2), at(3)))
              let place = target + channel + row * 6 * stride
              place.store(six.0)
              place.store(six.1, stride)
              place.store(six.2, 2 * stride)
              place.store(six.3, 3 * stride)
              place.store(six.4, 4 * stride)
              place.store(six.5, 5 * stride)
            }
          }
        }
      }
    }
  }
}
