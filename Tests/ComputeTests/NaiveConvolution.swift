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
