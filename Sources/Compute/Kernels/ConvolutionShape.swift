/// The sizes of a convolution of [N, H, W, C] pictures with a square kernel: y = x ⋆ w.
///
/// A transposed convolution has the shape of the convolution it is the adjoint of.
struct ConvolutionShape {
  let batch: Int
  let height: Int
  let width: Int
  let inputChannels: Int
  let outputChannels: Int
  let kernel: Int
  let stride: Int
  let padding: Int

  /// Rows of y.
  var outputHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
  /// Columns of y.
  var outputWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
  /// Elements of x.
  var inputCount: Int { batch * height * width * inputChannels }
  /// Elements of y.
  var outputCount: Int { batch * outputHeight * outputWidth * outputChannels }
  /// Elements of w, [out, in, kernel, kernel].
  var weightCount: Int { outputChannels * inputChannels * kernel * kernel }

  /// The pictures fit the kernel, and the arrays hold what the sizes say.
  func check(x: Storage, y: Storage, weight: Storage) {
    precondition(
      kernel >= 1 && stride >= 1 && padding >= 0 && height + 2 * padding >= kernel && width + 2 * padding >= kernel
        && x.count == inputCount && y.count == outputCount && weight.count == weightCount,
      "convolution \(self) of \(x.count) by \(weight.count) into \(y.count) elements")
  }

  /// The same convolution as a 1×1 one over patches: every output pixel's window laid out as channels, with as many more
  /// behind it as fill whole tiles, which are stored faster than parts of one.
  var overPatches: ConvolutionShape {
    ConvolutionShape(
      batch: batch, height: outputHeight, width: outputWidth,
      inputChannels: PackedPanels.panelCount(kernel * kernel * inputChannels) * MatrixTile.columns,
      outputChannels: outputChannels, kernel: 1, stride: 1, padding: 0)
  }
}
