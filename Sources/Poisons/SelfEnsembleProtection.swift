import Adversaries
import Compute
import Models
import Random
import Records
import Training

/// SEP: self-ensemble protection with feature alignment and variance reduction (Chen et al., ICLR 2023; METHODS 4.4).
///
/// Every picture is moved until several states of one clean training see the features of another class in it. The
/// gradient of one state, drawn at random, is freed of what sets this state apart from the mean of all.
package struct SelfEnsembleProtection: SetAttack {
  /// States of a training that the paper takes, and steps within each step.
  package static let members = 15
  private static let stepSize: Float = 1 / 255

  private let steps: ProjectedGradientDescent
  private let members: Int
  private let usesLastMeans: Bool
  private let surrogates: Surrogates
  private let batch: Int
  private let seed: UInt64

  /// Perturbations within ±`radius` on the unit scale; 8/255 and 30 steps in the paper.
  ///
  /// - Parameters:
  ///   - members: states that are taken of a training.
  ///   - usesLastMeans: takes the classes' mean features from the last state for all, as the official code does.
  package init(
    radius: Float, steps: Int = 30, members: Int = members, usesLastMeans: Bool = false, surrogates: Surrogates,
    batch: Int, seed: UInt64
  ) {
    self.steps = ProjectedGradientDescent(radius: radius, steps: steps, stepSize: Self.stepSize)
    (self.members, self.usesLastMeans, self.surrogates) = (members, usesLastMeans, surrogates)
    (self.batch, self.seed) = (batch, seed)
  }

  package var record: [String: JSON] {
    surrogates.record.merging([
      "attack": "sep", "eps": .float(steps.radius), "steps": .integer(steps.steps),
      "members": .integer(members), "last_means": .bool(usesLastMeans), "batch": .integer(batch),
      "seed": .string("\(seed)"),
    ]) { $1 }
  }

  /// The perturbations of the set's chosen records.
  ///
  /// - Throws: a data failure, too, where a class whose features are wanted has no records.
  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: @escaping (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let training = try surrogates.training(on: set.spool, states: members, report: report)
    let store = try PerturbationStore(set, bound: .maximum(steps.radius))
    let loop = try begin(
      checkpoint, on: set, network: surrogates.network, training: training, store: store,
      trainingEpochs: surrogates.epochs, report: report)
    let ensemble = try surrogates.models(training, in: loop)
    let (classes, labels) = (ensemble.first?.configuration.classes ?? 1, try surrogates.labels(of: set.spool))
    let means = ensemble.map { classMeans(set, labels, $0, classes: classes) }
    let present = Set(labels)
    try loop.run(epoch: surrogates.epochs, pieces: set.rows.pieces(of: batch)) { piece in
      let targets = piece.rows.map { (labels[$0] + classes / 2) % classes }
      if let missing = targets.first(where: { !present.contains($0) }) {
        throw Failure(
          .data, "class \(missing) has no records, but its mean features are what another class is moved to")
      }
      let alignments = ensemble.indices.map { member in
        Alignment(model: ensemble[member], means: means[member], targets: targets, shape: set.spool.shape)
      }
      let innerMeans = usesLastMeans ? means[means.count - 1] : nil
      let clean = set.spool.pictures(piece.rows)
      let moved = moved(clean, alignments, innerMeans: innerMeans)
      try store.write(piece.rows, zip(moved, clean).map { $0 - $1 })
      let distance = alignments.reduce(0) { $0 + $1.slope(at: moved).distance } / Float(alignments.count)
      return [Figure("distance", Double(distance))]
    }
    return store
  }

  private func moved(_ clean: [Float], _ alignments: [Alignment], innerMeans: [[Float]]?) -> [Float] {
    let inner = alignments.map { alignment in innerMeans.map(alignment.with) ?? alignment }
    var pictures = clean
    for step in 0..<steps.steps {
      let slopes = alignments.map { $0.slope(at: pictures).values }
      let mean = clean.indices.map { index in slopes.reduce(0) { $0 + $1[index] } / Float(slopes.count) }
      var sum = [Float](repeating: 0, count: clean.count)
      var trial = pictures
      for number in alignments.indices {
        // All records share the draw, so that a record does not depend on those beside it.
        var random = RandomStream(seed: seed, purpose: "sep member", record: number, step: step)
        let member = random.integer(below: alignments.count)
        let slope = inner[member].slope(at: trial).values
        for index in sum.indices { sum[index] += slope[index] - (slopes[member][index] - mean[index]) }
        advance(&trial, along: sum, clean)
      }
      advance(&pictures, along: sum, clean)
    }
    return pictures
  }

  private func advance(_ pictures: inout [Float], along slope: [Float], _ clean: [Float]) {
    for index in pictures.indices {
      let moved = pictures[index] - steps.stepSize * sign(slope[index])
      pictures[index] = min(1, max(0, steps.projected(moved, around: clean[index])))
    }
  }

  /// By class, the mean of a model's features over all pictures of the set; empty for a class without any.
  private func classMeans(_ set: PoisonSet, _ labels: [Int], _ model: any Classifier, classes: Int) -> [[Float]] {
    var sums = [[Double]](repeating: [], count: classes)
    var counts = [Int](repeating: 0, count: classes)
    for start in stride(from: 0, to: set.spool.count, by: batch) {
      let rows = Array(start..<min(set.spool.count, start + batch))
      let features = model.features(
        Tensor(set.spool.pictures(rows), shape: set.spool.shape.tensor(rows.count)), training: false)
      let (values, length) = (features.values, features.shape[1])
      for (place, label) in labels[start..<start + rows.count].enumerated() {
        if sums[label].isEmpty { sums[label] = [Double](repeating: 0, count: length) }
        for index in 0..<length { sums[label][index] += Double(values[place * length + index]) }
        counts[label] += 1
      }
    }
    return zip(sums, counts).map { sum, count in sum.map { Float($0 / Double(max(1, count))) } }
  }
}

/// How far a model's features of some pictures are from the mean features of the classes they are to pass for.
private struct Alignment {
  let model: any Classifier
  let means: [[Float]]
  let targets: [Int]
  let shape: PictureShape

  /// The same with other mean features.
  func with(_ means: [[Float]]) -> Alignment {
    Alignment(model: model, means: means, targets: targets, shape: shape)
  }

  /// The mean squared distance, and its gradient with respect to the pictures, times the number of pictures: what a
  /// record gets does not depend on how many there are.
  func slope(at pictures: [Float]) -> (values: [Float], distance: Float) {
    let tape = Tape(differentiatesParameters: false)
    let x = Tensor(pictures, shape: shape.tensor(targets.count), tape: tape)
    let features = model.features(x, training: false)
    let goal = Tensor(targets.flatMap { means[$0] }, shape: features.shape)
    let distance = meanSquaredError(features, goal)
    tape.backward(from: scaled(distance, by: Float(targets.count)))
    return (x.gradientValues ?? [Float](repeating: 0, count: pictures.count), distance.scalar)
  }
}
