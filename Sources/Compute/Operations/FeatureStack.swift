/// Feature maps of one size that grow channel by channel, as the layers of a dense block give them: all lie in one
/// array [N, H, W, capacity], which is filled from its last channel towards the first, so that new ones stand in front
/// of the earlier. Each map is copied once, into its place, and a channel's statistics are worked out once for all
/// layers that read it.
///
/// A stack is read by `normalizedConvolution`, which keeps nothing but the stack: what it normalises is worked out
/// again on the way back.
package final class FeatureStack {
  /// [N, H, W, capacity].
  let shape: [Int]
  let storage: Storage
  /// The first channel that is filled.
  private(set) var first: Int
  /// Mean and variance of the channels from `first` on; none in inference.
  private(set) var statistics: BatchStatistics?
  private(set) weak var tape: Tape?
  private var gradient: Storage?

  /// A stack of one tensor [N, H, W, C], with room for `growth` further channels.
  ///
  /// - Parameter training: whether normalisations take the batch's statistics.
  package init(_ x: Tensor, growth: Int, training: Bool) {
    precondition(x.shape.count == 4 && growth >= 0, "a stack of \(x.shape) and \(growth) channels")
    shape = Array(x.shape.prefix(3)) + [x.shape[3] + growth]
    storage = Storage(count: shape.reduce(1, *))
    first = shape[3]
    tape = x.tape
    if training { statistics = BatchStatistics() }
    push(x)
  }

  var capacity: Int { shape[3] }
  var rows: Int { shape[0] * shape[1] * shape[2] }
  /// Where the filled channels of the first pixel lie.
  var base: UnsafeMutablePointer<Float> { storage.base + first }
  var batch: BatchSums { BatchSums(shape, tape) }

  /// How the pixels of the filled channels, or of the first few of them, are cut into pieces.
  func plan(channels: Int) -> NormalizationPlan {
    NormalizationPlan(
      parts: batch.parts.ranges(length: shape[1] * shape[2]), channels: channels, rowStride: capacity,
      concurrent: true)
  }

  /// Puts a tensor [N, H, W, C] of the stack's size in front. Backward: its gradient is that of its channels.
  package func push(_ x: Tensor) {
    let channels = x.shape[3]
    precondition(
      x.shape.dropLast() == shape.dropLast() && channels <= first,
      "\(x.shape) into a stack of \(shape) with \(first) channels free")
    first -= channels
    let place = first
    ChannelCopy.run(
      from: (x.storage.base, channels), to: (storage.base + place, capacity), rows: rows, channels: channels)
    if let statistics {
      self.statistics = BatchStatistics(of: base, plan(channels: channels), batch).followed(by: statistics)
    }
    tape?.record { [self] in
      guard let gradient else { return }
      x.addGradient { dx, accumulate in
        ChannelCopy.run(
          from: (gradient.base + place, capacity), to: (dx.base, channels), rows: rows, channels: channels,
          accumulate: accumulate)
      }
    }
  }

  /// Lets `write` put down a share of the gradient of the channels from `place` on.
  func addGradient(from place: Int, _ write: (_ destination: UnsafeMutablePointer<Float>, _ accumulate: Bool) -> Void) {
    if let gradient {
      write(gradient.base + place, true)
    } else {
      // The first to give a share is the last reader, who read all there is; what lies before it nobody reads.
      precondition(place == first, "a stack whose last channels nobody reads")
      let fresh = Storage(count: storage.count)
      gradient = fresh
      write(fresh.base + place, false)
    }
  }
}

/// A convolution of what a batch normalisation and the rectifier make of a stack's channels, kernel 1 and stride 1:
///
///     y = max(0, (x − mean)·γ/√(variance + ε) + β) ⋆ w
///
/// γ is the gain and β the bias. x [N, H, W, C] the stack's channels, w [out, C, 1, 1] → y [N, H, W, out]. Saves
/// nothing but the stack. Backward: as batch normalisation and convolution one after the other; the normalised x is
/// worked out again.
package func normalizedConvolution(
  _ stack: FeatureStack, gain: Parameter, bias: Parameter, running: (mean: Parameter, variance: Parameter),
  weight: Parameter
) -> Tensor {
  let reader = StackReader(stack, gain: gain, bias: bias, running: running)
  let shape = ConvolutionShape(
    batch: stack.shape[0], height: stack.shape[1], width: stack.shape[2], inputChannels: reader.channels,
    outputChannels: weight.shape[0], kernel: 1, stride: 1, padding: 0)
  precondition(
    weight.shape == [shape.outputChannels, reader.channels, 1, 1], "\(weight.shape) for \(reader.channels) channels")
  let y = Tensor(shape: shape.output, tape: stack.tape)
  let algorithm = ConvolutionAlgorithm(shape)
  algorithm.forward(x: reader.normalized(), weight: weight.value, y: y.storage, Epilogue())
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    let differentiates = y.tape?.differentiatesParameters == true
    if differentiates {
      let (normalized, batch) = (reader.normalized(), stack.batch)
      weight.addGradient(of: batch.sharers) {
        algorithm.weightGradient(batch.parts, x: normalized, dy: dy, dw: $0, accumulate: $1)
      }
    }
    let slope = Storage(count: shape.inputCount)
    algorithm.adjoint(dy: dy, weight: weight.value, bias: nil, dx: slope, accumulate: false)
    reader.differentiate(slope, parameters: differentiates)
  }
  return y
}

/// All of a stack's channels behind a batch normalisation and the rectifier, [N, H, W, C]. Saves nothing but the stack.
package func normalized(
  _ stack: FeatureStack, gain: Parameter, bias: Parameter, running: (mean: Parameter, variance: Parameter)
) -> Tensor {
  let reader = StackReader(stack, gain: gain, bias: bias, running: running)
  let y = Tensor(
    shape: Array(stack.shape.prefix(3)) + [reader.channels], storage: reader.normalized(), tape: stack.tape)
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    reader.differentiate(dy, parameters: y.tape?.differentiatesParameters == true)
  }
  return y
}

/// A batch normalisation with the rectifier of the channels that a stack has at one time.
private struct StackReader {
  let stack: FeatureStack
  let channels: Int
  private let place: Int
  private let saved: SavedNormalization
  private let parameters: (weight: Parameter, bias: Parameter)

  /// Moves the running statistics in training.
  init(
    _ stack: FeatureStack, gain: Parameter, bias: Parameter, running: (mean: Parameter, variance: Parameter)
  ) {
    (self.stack, parameters, place) = (stack, (gain, bias), stack.first)
    channels = stack.capacity - stack.first
    precondition(gain.count == channels, "\(gain.count) channels for a stack of \(channels)")
    stack.statistics?.move(running, stack.batch)
    saved = SavedNormalization(
      plan: stack.plan(channels: channels), stack.batch, stack.statistics ?? BatchStatistics(running: running),
      weight: gain, bias: bias, rectified: true)
  }

  private var base: UnsafeMutablePointer<Float> { stack.storage.base + place }

  func normalized() -> Storage {
    let y = Storage(count: stack.rows * channels)
    Profile.span("BatchNormalization", .arrays(2, of: y.count)) {
      saved.plan.normalize(base, saved.map(), residual: nil, y: y.base)
    }
    return y
  }

  /// Hands the gradient of the normalised channels on to the stack, and to γ and β.
  func differentiate(_ dy: Storage, parameters differentiates: Bool) {
    let map = saved.map()
    let means = saved.means(
      dy, x: base, map, training: stack.statistics != nil, parameters: differentiates ? parameters : nil)
    stack.addGradient(from: place) { dx, accumulate in
      saved.gradient(dy.base, x: base, map, means, dx: dx, accumulate: accumulate)
    }
  }
}
