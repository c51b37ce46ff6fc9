/// The geometry of a 3×3 window with a padding of 1 that slides over pictures [N, H, W, C] channel by channel.
struct WindowShape {
  static let size = 3
  static let padding = 1
  let batch: Int
  let height: Int
  let width: Int
  let channels: Int
  let stride: Int

  init(_ shape: [Int], stride: Int) {
    (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    self.stride = stride
  }

  var outputHeight: Int { (height - 1) / stride + 1 }
  var outputWidth: Int { (width - 1) / stride + 1 }
  var outputShape: [Int] { [batch, outputHeight, outputWidth, channels] }
  /// Elements of one picture and of one result.
  var pictureCount: Int { height * width * channels }
  var outputCount: Int { outputHeight * outputWidth * channels }

  /// The taps of a window that fall on the picture, for the output row or column `index` of `extent` input ones.
  func taps(_ index: Int, extent: Int) -> Range<Int> {
    let first = index * stride - Self.padding
    return max(0, -first)..<min(Self.size, extent - first)
  }

  /// Calls `body` for every pixel of a result and every tap of its window on the picture, with the tap's number and
  /// the offsets of both pixels' channels.
  @inline(__always)
  func forEachTap(_ body: (_ tap: Int, _ input: Int, _ output: Int) -> Void) {
    for i in 0..<outputHeight {
      let rows = taps(i, extent: height)
      for j in 0..<outputWidth {
        let columns = taps(j, extent: width)
        for p in rows {
          for q in columns {
            let input = ((i * stride + p - Self.padding) * width + j * stride + q - Self.padding) * channels
            body(p * Self.size + q, input, (i * outputWidth + j) * channels)
          }
        }
      }
    }
  }
}
