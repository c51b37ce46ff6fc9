/// A convolution as its definition reads, in double precision: the twin that every fast kernel is held against.
struct NaiveConvolution {
  var batch: Int
  var height: Int
  var width: Int
  var inputs: Int
  var outputs: Int
  var kernel: Int
  var stride: Int
  var padding: Int

  var outputHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
  var inputShape: [Int] { [batch, height, width, inputs] }
  var outputShape: [Int] { [batch, outputHeight, outputWidth, outputs] }
  var inputCount: Int { batch * height * width * inputs }
  var outputCount: Int { batch * outputHeight * outputWidth * outputs }
  var weightCount: Int { outputs * inputs * kernel * kernel }

  /// Calls `body` with the indices of x, w and y for every product that the convolution sums.
  private func forEachProduct(_ body: (_ x: Int, _ w: Int, _ y: Int) -> Void) {
    for n in 0..<batch {
      for i in 0..<outputHeight {
        for j in 0..<outputWidth {
          for p in 0..<kernel {
            for q in 0..<kernel {
              let (row, column) = (i * stride + p - padding, j * stride + q - padding)
              guard row >= 0, row < height, column >= 0, column < width else { continue }
              for c in 0..<inputs {
                for o in 0..<outputs {
                  body(
                    ((n * height + row) * width + column) * inputs + c,
                    ((o * inputs + c) * kernel + p) * kernel + q,
                    ((n * outputHeight + i) * outputWidth + j) * outputs + o)
                }
              }
            }
          }
        }
      }
    }
  }

  func forward(x: [Float], weight: [Float]) -> [Double] {
    var y = [Double](repeating: 0, count: outputCount)
    forEachProduct { y[$2] += Double(x[$0]) * Double(weight[$1]) }
    return y
  }

  func adjoint(dy: [Float], weight: [Float]) -> [Double] {
    var dx = [Double](repeating: 0, count: inputCount)
    forEachProduct { dx[$0] += Double(dy[$2]) * Double(weight[$1]) }
    return dx
  }

  func weightGradient(x: [Float], dy: [Float]) -> [Double] {
    var dw = [Double](repeating: 0, count: weightCount)
    forEachProduct { dw[$1] += Double(x[$0]) * Double(dy[$2]) }
    return dw
  }
}

extension NaiveConvolution: CustomStringConvertible {
  var weightShape: [Int] { [outputs, inputs, kernel, kernel] }

  var description: String {
    "\(batch)×\(height)×\(width)×\(inputs) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding)"
  }

  /// The convolution whose input has exactly the size that the transposed convolution gives: where the stride does not
  /// divide the picture, that is a smaller one. Nil where nothing is left.
  var fitted: NaiveConvolution? {
    var result = self
    result.height = (outputHeight - 1) * stride - 2 * padding + kernel
    result.width = (outputWidth - 1) * stride - 2 * padding + kernel
    return result.height > 0 && result.width > 0 ? result : nil
  }

  /// The sums of dy over everything but its `channels` last numbers: the gradient of a bias.
  static func biasGradient(_ dy: [Float], channels: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: channels)
    for (index, value) in dy.enumerated() { sums[index % channels] += Double(value) }
    return sums
  }

  /// Shapes for every algorithm: Winograd with 3×3 and 4×4 filters, whole and broken tiles, blockwise and (160 to 192) in
  /// chunks, patches of few channels, taps; odd sizes, channels that fill no vector, single pictures and many.
  static let shapes: [NaiveConvolution] = [
    .init(batch: 2, height: 8, width: 8, inputs: 16, outputs: 16, kernel: 3, stride: 1, padding: 1),
    .init(batch: 3, height: 7, width: 9, inputs: 16, outputs: 48, kernel: 3, stride: 1, padding: 1),
    .init(batch: 1, height: 7, width: 9, inputs: 32, outputs: 64, kernel: 3, stride: 1, padding: 1),
    .init(batch: 1, height: 5, width: 6, inputs: 24, outputs: 8, kernel: 3, stride: 1, padding: 1),
    .init(batch: 3, height: 9, width: 7, inputs: 8, outputs: 40, kernel: 3, stride: 1, padding: 1),
    .init(batch: 1, height: 1, width: 1, inputs: 16, outputs: 32, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 4, width: 5, inputs: 160, outputs: 192, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 7, width: 9, inputs: 13, outputs: 33, kernel: 3, stride: 1, padding: 1),
    .init(batch: 3, height: 7, width: 9, inputs: 3, outputs: 20, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 9, width: 7, inputs: 1, outputs: 5, kernel: 3, stride: 1, padding: 1),
    .init(batch: 1, height: 7, width: 9, inputs: 3, outputs: 17, kernel: 3, stride: 2, padding: 1),
    .init(batch: 2, height: 7, width: 9, inputs: 16, outputs: 18, kernel: 3, stride: 2, padding: 1),
    .init(batch: 2, height: 8, width: 6, inputs: 11, outputs: 24, kernel: 3, stride: 2, padding: 1),
    .init(batch: 1, height: 7, width: 9, inputs: 16, outputs: 16, kernel: 3, stride: 1, padding: 0),
    .init(batch: 2, height: 7, width: 9, inputs: 12, outputs: 40, kernel: 1, stride: 1, padding: 0),
    .init(batch: 3, height: 7, width: 9, inputs: 3, outputs: 5, kernel: 1, stride: 1, padding: 0),
    .init(batch: 2, height: 7, width: 9, inputs: 12, outputs: 17, kernel: 1, stride: 2, padding: 0),
    .init(batch: 20, height: 8, width: 6, inputs: 16, outputs: 9, kernel: 4, stride: 2, padding: 1),
    .init(batch: 3, height: 10, width: 14, inputs: 16, outputs: 48, kernel: 4, stride: 2, padding: 1),
    .init(batch: 2, height: 6, width: 8, inputs: 112, outputs: 160, kernel: 4, stride: 2, padding: 1),
    .init(batch: 2, height: 16, width: 16, inputs: 16, outputs: 32, kernel: 4, stride: 2, padding: 1),
    .init(batch: 3, height: 10, width: 6, inputs: 48, outputs: 16, kernel: 4, stride: 2, padding: 1),
    .init(batch: 1, height: 2, width: 2, inputs: 16, outputs: 16, kernel: 4, stride: 2, padding: 1),
    .init(batch: 2, height: 4, width: 6, inputs: 160, outputs: 192, kernel: 4, stride: 2, padding: 1),
    .init(batch: 2, height: 7, width: 9, inputs: 16, outputs: 32, kernel: 4, stride: 2, padding: 1),
    .init(batch: 1, height: 7, width: 9, inputs: 3, outputs: 9, kernel: 4, stride: 2, padding: 1),
    .init(batch: 1, height: 7, width: 9, inputs: 9, outputs: 11, kernel: 5, stride: 1, padding: 2),
    .init(batch: 3, height: 9, width: 7, inputs: 2, outputs: 11, kernel: 5, stride: 2, padding: 2),
    .init(batch: 1, height: 14, width: 13, inputs: 5, outputs: 6, kernel: 7, stride: 2, padding: 3),
    .init(batch: 3, height: 7, width: 9, inputs: 3, outputs: 32, kernel: 7, stride: 1, padding: 3),
    .init(batch: 1, height: 9, width: 7, inputs: 17, outputs: 3, kernel: 7, stride: 1, padding: 3),
    .init(batch: 1, height: 5, width: 3, inputs: 9, outputs: 6, kernel: 1, stride: 1, padding: 2),
    .init(batch: 20, height: 4, width: 3, inputs: 3, outputs: 33, kernel: 3, stride: 1, padding: 1),
    .init(batch: 1, height: 20, width: 21, inputs: 1, outputs: 2, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 7, width: 8, inputs: 3, outputs: 5, kernel: 2, stride: 3, padding: 0),
    .init(batch: 2, height: 1, width: 2, inputs: 2, outputs: 3, kernel: 3, stride: 1, padding: 4),
    .init(batch: 2, height: 5, width: 4, inputs: 1, outputs: 1, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 6, width: 5, inputs: 2, outputs: 4, kernel: 4, stride: 1, padding: 1),
  ]
}
