/// The adjoint of a convolution of pictures with too few channels to fill a vector: every pixel of dy gives a patch, a
/// window of x laid out as channels, and overlapping patches are added up. A 3×3 convolution of three colours becomes a
/// 1×1 convolution of 27 channels and a few zeros.
enum PatchAdjoint {
  /// dx ← (accumulate ? dx : 0) + the adjoint of y = x ⋆ w applied to dy (+ bias). A small picture's patches never
  /// leave the cache of the thread that adds them up.
  static func run(
    _ shape: ConvolutionShape, dy: Storage, weight: Storage, bias: Storage?, dx: Storage, accumulate: Bool
  ) {
    shape.check(x: dx, y: dy, weight: weight)
    let channels = shape.inputChannels
    precondition(bias.map { $0.count == channels } ?? true, "a bias for \(channels) channels")
    let patch = shape.overPatches.inputChannels
    let rows = Cover(
      shape, pixels: shape.height, outputs: shape.outputHeight, patch: shape.outputWidth * patch,
      tap: shape.kernel * channels)
    let columns = Cover(
      shape, pixels: shape.width, outputs: shape.outputWidth, patch: patch, tap: channels)
    DirectConvolution.adjoint(shape.overPatches, dy: dy, weight: weights(shape, weight)) { picture, patches in
      var target = dx.base + picture * shape.height * shape.width * channels
      for row in 0..<shape.height {
        for column in 0..<shape.width {
          for channel in stride(from: 0, to: channels, by: Four.scalarCount) {
            let sum = sum(patches, rows.offsets(row), columns.offsets(column), channel)
            for lane in 0..<min(Four.scalarCount, channels - channel) {
              let value = sum[lane] + (bias?.base[channel + lane] ?? 0)
              target[channel + lane] = accumulate ? target[channel + lane] + value : value
            }
          }
          target += channels
        }
      }
    }
  }

  /// Four channels of a pixel, or fewer and what follows them.
  private typealias Four = SIMD4<Float>

  /// The sum over all windows that cover a pixel.
  @inline(__always)
  private static func sum(
    _ patches: Storage, _ rows: ArraySlice<Int>, _ columns: ArraySlice<Int>, _ channel: Int
  ) -> Four {
    var sum = Four()
    for row in rows {
      for column in columns {
        sum += UnsafeRawPointer(patches.base + row + column + channel).loadUnaligned(as: Four.self)
      }
    }
    return sum
  }

  /// The windows that cover each pixel along one dimension.
  private struct Cover {
    private var starts = [0]
    private var all: [Int] = []

    /// `patch` and `tap` are the floats from one output's patch, and from one tap of a patch, to the next.
    init(_ shape: ConvolutionShape, pixels: Int, outputs: Int, patch: Int, tap: Int) {
      for pixel in 0..<pixels {
        for k in 0..<shape.kernel {
          let (output, rest) = (pixel + shape.padding - k).quotientAndRemainder(dividingBy: shape.stride)
          if rest == 0, (0..<outputs).contains(output) { all.append(output * patch + k * tap) }
        }
        starts.append(all.count)
      }
    }

    /// Floats from the first patch to the part of each covering window that lies on a pixel.
    @inline(__always)
    func offsets(_ pixel: Int) -> ArraySlice<Int> { all[starts[pixel]..<starts[pixel + 1]] }
  }

  /// The weights [out, in, kernel, kernel] as those of the 1×1 convolution over patches, [out, (ky, kx, in)], and zeros for
  /// the channels that pad patches to whole tiles.
  private static func weights(_ shape: ConvolutionShape, _ weight: Storage) -> Storage {
    let patches = shape.overPatches
    let result = Storage.zeros(count: patches.weightCount)
    let (inputs, taps) = (shape.inputChannels, shape.kernel * shape.kernel)
    for output in 0..<shape.outputChannels {
      for input in 0..<inputs {
        for tap in 0..<taps {
          result.base[output * patches.inputChannels + tap * inputs + input] =
            weight.base[(output * inputs + input) * taps + tap]
        }
      }
    }
    return result
  }
}
