import Adversaries
import Compute
import Models
import Records
import Testing
import Training

@testable import Poisons

@Suite struct SurrogateAttackTests {
  private let set: PoisonSet
  private let radius: Float = 8 / 255

  init() throws {
    let pictures = (0..<24 * 192).map { (index: Int) -> UInt8 in
      UInt8(truncatingIfNeeded: index * 53 + index / 192 * 29)
    }
    set = try PoisonFixture.set(pictures, shape: [3, 8, 8], labels: (0..<24).map { $0 % 4 })
  }

  private var surrogate: SurrogateOptions {
    var options = SurrogateOptions(epochs: 2, seed: 5)
    (options.width, options.recipe.batch) = (4, 8)
    return options
  }

  private func model(_ seed: UInt64) -> any Classifier {
    ClassifierConfiguration(classes: 4, width: 4).build(seed: seed)
  }

  private func values(_ store: PerturbationStore) throws -> [Float] {
    let targets = PoisonTargets(
      shape: [3, 8, 8], labels: set.spool.labels(set.rows), ids: set.spool.ids(set.rows), rows: set.rows)
    return try store.perturbations(of: targets) { Failure(.data, "\($0): \($1)") }
  }

  private func meanLoss(_ store: PerturbationStore?, _ labels: [Int], _ model: any Classifier) throws -> Float {
    let clean = set.spool.pictures(set.rows)
    let pictures = try store.map { clamped(clean, try $0.read(set.rows)) } ?? clean
    return crossEntropyGradient(pictures, labels: labels, model: model, shape: set.spool.shape).loss
  }

  @Test func errorMinimizingNoiseKeepsItsBoundAndFollowsFromTheSeed() throws {
    let attack = ErrorMinimizingNoise(radius: radius, steps: 4, surrogate: surrogate)
    let noise = try values(try attack.perturbations(set) { _ in })
    #expect(noise.allSatisfy { $0.magnitude <= radius + 1e-6 })
    #expect(noise.contains { $0.magnitude > radius / 2 })
    #expect(try values(try attack.perturbations(set) { _ in }) == noise)
  }

  @Test func theOriginalNoiseGoesOnUntilItIsKnown() throws {
    // At 8/255 some seeds take more than 60 rounds, and which ones depends on the processor's rounding; at 48/255 eight
    // of eight took at most ten.
    let radius: Float = 48 / 255
    var options = surrogate
    options.epochs = 60
    let attack = OriginalErrorMinimizingNoise(radius: radius, steps: 10, surrogate: options)
    var accuracies: [Double] = []
    let store = try attack.perturbations(set) {
      if case .epoch(let progress) = $0 { accuracies += progress.figures.map(\.value) }
    }
    #expect(try values(store).allSatisfy { $0.magnitude <= radius + 1e-6 })
    #expect(try values(store).contains { $0 != 0 })
    #expect(accuracies.dropLast().allSatisfy { $0 < 99 })
    #expect(accuracies.count < 60)
  }

  @Test func robustNoiseKeepsItsBound() throws {
    let attack = RobustErrorMinimizingNoise(
      radius: radius, adversary: 4 / 255, steps: 2, adversarySteps: 2, samples: 2, surrogate: surrogate)
    let noise = try values(try attack.perturbations(set) { _ in })
    #expect(noise.allSatisfy { $0.magnitude <= radius + 1e-6 })
    #expect(noise.allSatisfy { ($0 * 255 - ($0 * 255).rounded()).magnitude < 1e-3 })
    #expect(noise.contains { $0 != 0 })
  }

  @Test func targetedPicturesComeNearerToTheNextClass() throws {
    let model = model(1)
    let attack = TargetedAdversarialPoison(
      radius: radius, steps: 20, surrogates: .given([model]), batch: 7, seed: 2)
    let store = try attack.perturbations(set) { _ in }
    let targets = set.spool.labels(set.rows).map { ($0 + 1) % 4 }
    #expect(try meanLoss(store, targets, model) < meanLoss(nil, targets, model))
    #expect(try values(store).allSatisfy { $0.magnitude <= radius + 1e-6 })
    // A record's perturbation does not depend on those beside it.
    let other = TargetedAdversarialPoison(
      radius: radius, steps: 20, surrogates: .given([model]), batch: 24, seed: 2)
    let again = try values(try other.perturbations(set) { _ in })
    let changed = zip(again, try values(store)).count { $0 != $1 }
    #expect(changed < again.count / 100)
  }

  @Test(arguments: [false, true]) func protectedPicturesComeNearerToTheOtherClassesFeatures(_ last: Bool) throws {
    let ensemble = [model(1), model(2)]
    var distances: [Double] = []
    for steps in [1, 12] {
      let attack = SelfEnsembleProtection(
        radius: radius, steps: steps, usesLastMeans: last, surrogates: .given(ensemble), batch: 24, seed: 0)
      let store = try attack.perturbations(set) {
        if case .epoch(let progress) = $0 { distances += progress.figures.map(\.value) }
      }
      #expect(try values(store).allSatisfy { $0.magnitude <= radius + 1e-6 })
    }
    #expect(distances.count == 2)
    #expect(distances[1] < distances[0])
  }

  @Test func theEnsembleEndsWithTheTrainedState() throws {
    let training = try SurrogateTraining(set.spool, surrogate, states: 2) { _ in }
    try training.runOnCleanPictures(in: ResumableLoop(epochs: 2) { _ in })
    #expect(training.states.count == 2)
    #expect(training.states[1].columns == training.model.columns)
    #expect(training.states[0].columns != training.model.columns)
  }

  @Test func surrogatesFromElsewhereMustSuit() throws {
    #expect(throws: Never.self) { try Surrogates.check([model(1)], suit: set.spool) }
    let few = ClassifierConfiguration(classes: 3, width: 4).build(seed: 0)
    let grey = ClassifierConfiguration(classes: 4, width: 4, channels: 1).build(seed: 0)
    #expect(throws: Failure.self) { try Surrogates.given([few]).labels(of: set.spool) }
    #expect(throws: Failure.self) { try Surrogates.check([grey], suit: set.spool) }
  }

  /// The gradient of the whole closed form against differences, and the sign step.
  @Test(arguments: NeuralTangentAttack.Network.allCases)
  func theTangentAttackClimbsTheLoss(_ network: NeuralTangentAttack.Network) throws {
    let pictures: [[Float]] = (0..<6).map { (picture: Int) -> [Float] in
      (0..<75).map { (index: Int) -> Float in
        let number = (index * 31 + picture * 17) % 101
        return Float(number) / 101
      }
    }
    func block(_ moved: [[Float]]) -> TangentBlock {
      TangentBlock(
        pictures: Array(moved.prefix(4)), labels: [0, 1, 2, 0], judges: Array(moved.suffix(2)), judgeLabels: [1, 0],
        classes: 3, time: 64)
    }
    func lossGradient(_ block: TangentBlock) -> (loss: Double, gradient: [[Double]])? {
      switch network {
      case .cnn: block.lossGradient(ConvolutionalTangentKernel(shape: [3, 5, 5]))
      case .fnn: block.lossGradient(FullyConnectedTangentKernel())
      }
    }
    let (_, gradient) = try #require(lossGradient(block(pictures)))
    for (picture, element) in [(0, 3), (1, 40), (3, 74)] {
      var (high, low) = (pictures, pictures)
      high[picture][element] += 0x1p-9
      low[picture][element] -= 0x1p-9
      let difference =
        (try #require(lossGradient(block(high))).loss - #require(lossGradient(block(low))).loss)
        / Double(high[picture][element] - low[picture][element])
      #expect(abs(gradient[picture][element] - difference) < 1e-2 * max(1e-3, abs(difference)))
    }
    let attack = NeuralTangentAttack(radius: radius, network: network, block: 10, seed: 0)
    let steps = try values(try attack.perturbations(set) { _ in })
    #expect(steps.allSatisfy { $0 == 0 || ($0.magnitude - radius).magnitude < 1e-6 })
    #expect(steps.count { $0 != 0 } > steps.count / 2)
  }

  @Test func onlyTheChosenRecordsArePerturbed() throws {
    let half = PoisonSet(set.spool, share: PoisonedShare(rate: 0.5, seed: 3))
    #expect((1..<23).contains(half.rows.count))
    let store = try ErrorMinimizingNoise(radius: radius, steps: 2, surrogate: surrogate).perturbations(half) { _ in }
    for row in 0..<24 { #expect(try store.read([row]).contains { $0 != 0 } == half.rows.contains(row)) }
  }
}
