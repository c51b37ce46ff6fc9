import Classification
import Compute
import Models
import Purification
import Random
import Training

/// The cases, by the names under which other frameworks are measured on the same work.
enum BenchmarkCase: String, CaseIterable {
  case dvaeTrain = "dvae-train"
  case dvaeApply = "dvae-apply"
  case resnetTrain = "resnet18-train"
  case resnetEval = "resnet18-eval"
  case convolution64 = "conv3x3-64-64-32"
  case convolution128 = "conv3x3-128-128-16"
  case convolution256 = "conv3x3-256-256-8"

  /// The work of one step at the published sizes, and how many pictures it treats.
  func prepare(batch: Int) throws -> (images: Int, step: () throws -> Void) {
    switch self {
    case .dvaeTrain: (batch, Self.trainAutoencoder(batch))
    case .dvaeApply: (batch, Self.applyAutoencoder(batch))
    case .resnetTrain: (batch, Self.trainClassifier(batch))
    case .resnetEval: (batch, Self.applyClassifier(batch))
    case .convolution64: (64, Self.convolve(channels: 64, size: 32))
    case .convolution128: (64, Self.convolve(channels: 128, size: 16))
    case .convolution256: (64, Self.convolve(channels: 256, size: 8))
    }
  }

  private static func numbers(_ count: Int, _ purpose: String) -> [Float] {
    var random = RandomStream(seed: 0, purpose: purpose)
    return (0..<count).map { _ in random.uniform() }
  }

  private static func pictures(_ batch: Int) -> (shape: [Int], values: [Float], labels: [Int]) {
    let shape = [batch, 32, 32, 3]
    return (shape, numbers(shape.reduce(1, *), "pictures"), (0..<batch).map { $0 % 10 })
  }

  private static func trainAutoencoder(_ batch: Int) -> () throws -> Void {
    var random = RandomStream(seed: 0, purpose: "weights")
    let step = AutoencoderStep(
      VariationalAutoencoder(AutoencoderConfiguration(), random: &random), divergenceTarget: 1, seed: 0)
    let (shape, values, labels) = pictures(batch)
    // Epoch 20 has every term of the loss.
    let place = TrainingLoop.Step(epoch: 20, number: 1, rows: Array(0..<batch), rate: 0.005)
    return {
      let tape = Tape()
      let x = Tensor(values, shape: shape, tape: tape, requiresGradient: false)
      _ = try step(x, tape: tape, labels: labels, ids: place.rows, at: place)
    }
  }

  private static func applyAutoencoder(_ batch: Int) -> () throws -> Void {
    var random = RandomStream(seed: 0, purpose: "weights")
    let model = VariationalAutoencoder(AutoencoderConfiguration(), random: &random)
    let (shape, values, labels) = pictures(batch)
    return {
      let latent = model.encode(Tensor(values, shape: shape), training: false)
      let noise = NormalNumbers(seed: 0, purpose: "latent", records: Array(0..<batch))
      let code = model.code(latent, noise: .normal(noise))
      _ = model.reconstruct(code)
      _ = model.perturbation(code, labels: labels)
    }
  }

  private static func trainClassifier(_ batch: Int) -> () throws -> Void {
    var random = RandomStream(seed: 0, purpose: "weights")
    let step = ClassifierStep(ResNet18(.init(classes: 10), random: &random))
    let (shape, values, labels) = pictures(batch)
    let place = TrainingLoop.Step(epoch: 0, number: 1, rows: Array(0..<batch), rate: 0.1)
    return {
      let tape = Tape()
      let x = Tensor(values, shape: shape, tape: tape, requiresGradient: false)
      _ = try step(x, tape: tape, labels: labels, at: place)
    }
  }

  private static func applyClassifier(_ batch: Int) -> () throws -> Void {
    var random = RandomStream(seed: 0, purpose: "weights")
    let model = ResNet18(.init(classes: 10), random: &random)
    let (shape, values, _) = pictures(batch)
    return { _ = model(Tensor(values, shape: shape), training: false) }
  }

  private static func convolve(channels: Int, size: Int) -> () throws -> Void {
    var random = RandomStream(seed: 0, purpose: "weights")
    let layer = Convolution(
      inputChannels: channels, outputChannels: channels, kernel: 3, padding: 1, bias: false, random: &random)
    let shape = [64, size, size, channels]
    let x = Tensor(numbers(shape.reduce(1, *), "features"), shape: shape)
    return { _ = layer(x) }
  }
}
