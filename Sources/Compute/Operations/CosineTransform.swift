/// The discrete cosine transform (type II, orthonormal) of pictures along all three dimensions:
/// x [N, H, W, C] → y [N, H, W, C], where y[n, u, v, k] is the share of the wave that swings u/2 times over the height,
/// v/2 times over the width and k/2 times over the channels. Saves nothing.
///
/// Natural pictures have coefficients that hardly go along with each other, and so have noise and patterns. Of three
/// colours, k = 0 is brightness.
/// Backward: the transform is orthonormal, and dx is dy transformed back.
package func cosineTransform(_ x: Tensor) -> Tensor {
  precondition(x.shape.count == 4, "cosine transform of \(x.shape)")
  let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
  let y = Tensor(shape: x.shape, tape: x.tape)
  CosineTransformKernel.transform(x.storage, height: height, width: width, channels: channels, into: y.storage)
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    x.addGradient { dx, accumulate in
      let share = accumulate ? Storage(count: dx.count) : dx
      CosineTransformKernel.transform(
        dy, height: height, width: width, channels: channels, inverse: true, into: share)
      if accumulate { Elementwise.add(share, into: dx) }
    }
  }
  return y
}
