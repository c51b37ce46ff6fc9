/// Windows of pictures laid out as channels, for convolutions whose pictures have too few channels to fill a vector:
/// a 3×3 convolution of three colours becomes a 1×1 convolution of 27 channels.
enum Patches {
  /// patches[n, oy, ox, (ky, kx, c)] ← x[n, oy·stride + ky − padding, ox·stride + kx − padding, c], zero outside.
  static func gather(_ shape: ConvolutionShape, x: Storage) -> Storage {
    let patches = Storage(count: shape.overPatches.inputCount)
    let source = PaddedPictures(
      x, height: shape.height, width: shape.width, channels: shape.inputChannels, low: shape.padding,
      high: shape.padding)
    let run = shape.kernel * shape.inputChannels
    Threads.forEachPiece(shape.batch) { image in
      let padded = source.padded(image)
      var target = patches.base + image * shape.outputHeight * shape.outputWidth * shape.kernel * run
      for row in 0..<shape.outputHeight {
        for column in 0..<shape.outputWidth {
          for ky in 0..<shape.kernel {
            let start = (row * shape.stride + ky) * source.paddedWidth + column * shape.stride
            let from = padded.base + start * shape.inputChannels
            for i in 0..<run { target[i] = from[i] }
            target += run
          }
        }
      }
    }
    return patches
  }

  /// x ← (accumulate ? x : 0) + the adjoint of `gather` (+ bias): every patch, of those padded to whole tiles, is added
  /// where it was taken from.
  static func scatter(
    _ shape: ConvolutionShape, patches: Storage, bias: Storage?, x: Storage, accumulate: Bool
  ) {
    let padded = shape.overPaddedPatches
    precondition(patches.count == padded.inputCount && x.count == shape.inputCount, "scatter \(shape)")
    let (paddedWidth, channels) = (shape.width + 2 * shape.padding, shape.inputChannels)
    let run = shape.kernel * channels
    Threads.forEachPiece(shape.batch) { image in
      let sum = Storage.zeros(count: (shape.height + 2 * shape.padding) * paddedWidth * channels)
      var source = patches.base + image * shape.outputHeight * shape.outputWidth * padded.inputChannels
      for row in 0..<shape.outputHeight {
        for column in 0..<shape.outputWidth {
          for ky in 0..<shape.kernel {
            let start = (row * shape.stride + ky) * paddedWidth + column * shape.stride
            let to = sum.base + start * channels
            for i in 0..<run { to[i] += source[ky * run + i] }
          }
          source += padded.inputChannels
        }
      }
      for row in 0..<shape.height {
        let from = sum.base + ((row + shape.padding) * paddedWidth + shape.padding) * channels
        let to = x.base + (image * shape.height + row) * shape.width * channels
        for i in 0..<shape.width * channels {
          let value = from[i] + (bias.map { $0.base[i % channels] } ?? 0)
          to[i] = accumulate ? to[i] + value : value
        }
      }
    }
  }

  /// The weights [out, in, kernel, kernel] as those of the 1×1 convolution over patches, [out, (ky, kx, in)].
  static func weights(_ shape: ConvolutionShape, _ weight: Storage) -> Storage {
    rearranged(shape, weight) { weightIndex, patchIndex in (from: weightIndex, to: patchIndex) }
  }

  /// The same with zeros for the channels that pad patches to whole tiles.
  static func paddedWeights(_ shape: ConvolutionShape, _ weight: Storage) -> Storage {
    let (plain, length, padded) = (weights(shape, weight), shape.overPatches.inputChannels, shape.overPaddedPatches)
    let result = Storage.zeros(count: padded.weightCount)
    for output in 0..<shape.outputChannels {
      (result.base + output * padded.inputChannels).update(from: plain.base + output * length, count: length)
    }
    return result
  }

  /// The way back from `weights`, for gradients.
  static func unpatchedWeights(_ shape: ConvolutionShape, _ patchWeight: Storage) -> Storage {
    rearranged(shape, patchWeight) { weightIndex, patchIndex in (from: patchIndex, to: weightIndex) }
  }

  private static func rearranged(
    _ shape: ConvolutionShape, _ source: Storage, order: (Int, Int) -> (from: Int, to: Int)
  ) -> Storage {
    let result = Storage(count: source.count)
    let (inputs, taps) = (shape.inputChannels, shape.kernel * shape.kernel)
    for output in 0..<shape.outputChannels {
      for input in 0..<inputs {
        for tap in 0..<taps {
          let place = order((output * inputs + input) * taps + tap, (output * taps + tap) * inputs + input)
          result.base[place.to] = source.base[place.from]
        }
      }
    }
    return result
  }
}
