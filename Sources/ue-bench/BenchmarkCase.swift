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
  case resnet50Train = "resnet50-train"
  case resnet50Eval = "resnet50-eval"
  case densenetTrain = "densenet121-train"
  case densenetEval = "densenet121-eval"
  case mobilenetTrain = "mobilenetv2-train"
  case mobilenetEval = "mobilenetv2-eval"
  case convolution64 = "conv3x3-64-64-32"
  case convolution128 = "conv3x3-128-128-16"
  case convolution256 = "conv3x3-256-256-8"

  /// The work of one step at the published sizes, and how many pictures it treats.
  func prepare(batch: Int) throws -> (images: Int, step: () throws -> Void) {
    switch self {
    case .dvaeTrain: (batch, Self.trainAutoencoder(batch))
    case .dvaeApply: (batch, Self.applyAutoencoder(batch))
    case .resnetTrain: (batch, Self.train(.resnet18, batch))
    case .resnetEval: (batch, Self.apply(.resnet18, batch))
    case .resnet50Train: (batch, Self.train(.resnet50, batch))
    case .resnet50Eval: (batch, Self.apply(.resnet50, batch))
    case .densenetTrain: (batch, Self.train(.densenet121, batch))
    case .densenetEval: (batch, Self.apply(.densenet121, batch))
    case .mobilenetTrain: (batch, Self.train(.mobilenetv2, batch))
    case .mobilenetEval: (batch, Self.apply(.mobilenetv2, batch))
    case .convolution64: (64, Self.convolve(channels: 64, size: 32))
    case .convolution128: (64, Self.convolve(channels: 128, size: 16))
    case .convolution256: (64, Self.convolve(channels: 256, size: 8))
    }
  }

  private static func numbers(_ count: Int, _ purpose: String) -> [Float] {
    var random = RandomStream(seed: 0, purpose: purpose)
    return (0..<count).map { _ in random.uniform() }
  }

  private static func batch(_ count: Int) -> TrainingBatch {
    let shape = PictureShape(height: 32, width: 32, channels: 3)
    return TrainingBatch(
      pictures: numbers(count * shape.length, "pictures"), shape: shape, labels: (0..<count).map { $0 % 10 },
      ids: Array(0..<count))
  }

  private static func trainAutoencoder(_ count: Int) -> () throws -> Void {
    let trainer = Trainer(
      AutoencoderObjective(
        AutoencoderConfiguration().build(seed: 0), divergenceTarget: DivergenceTarget(.nats(1)), seed: 0),
      AutoencoderRecipe.published.recipe)
    let batch = batch(count)
    // Epoch 20 has every term of the loss.
    let step = TrainingStep(epoch: 20, number: 1, rows: batch.ids, rate: 0.005)
    return { _ = try trainer.take(batch, at: step) }
  }

  private static func applyAutoencoder(_ count: Int) -> () throws -> Void {
    let (model, batch) = (AutoencoderConfiguration().build(seed: 0), batch(count))
    return {
      let latent = model.encode(Tensor(batch.pictures, shape: batch.shape.tensor(count)), training: false)
      let noise = NormalNumbers(seed: 0, purpose: "latent", records: batch.ids)
      let code = model.code(latent, noise: .normal(noise))
      _ = model.reconstruct(code)
      _ = model.perturbation(code, of: latent, labels: batch.labels)
    }
  }

  private static func train(_ network: ClassifierNetwork, _ count: Int) -> () throws -> Void {
    let model = ClassifierConfiguration(network: network, classes: 10).build(seed: 0)
    let trainer = Trainer(ClassifierObjective(model, seed: 0), .classifier(epochs: 60))
    let batch = batch(count)
    let step = TrainingStep(epoch: 0, number: 1, rows: batch.ids, rate: 0.1)
    return { _ = try trainer.take(batch, at: step) }
  }

  private static func apply(_ network: ClassifierNetwork, _ count: Int) -> () throws -> Void {
    let (model, batch) = (ClassifierConfiguration(network: network, classes: 10).build(seed: 0), batch(count))
    return { _ = model(Tensor(batch.pictures, shape: batch.shape.tensor(count)), training: false) }
  }

  private static func convolve(channels: Int, size: Int) -> () throws -> Void {
    var initializer = Initializer(seed: 0, purpose: "weights")
    let layer = Convolution(
      inputChannels: channels, outputChannels: channels, kernel: 3, padding: 1, bias: false, initializer: &initializer)
    let shape = [64, size, size, channels]
    let x = Tensor(numbers(shape.reduce(1, *), "features"), shape: shape)
    return { _ = layer(x) }
  }
}
