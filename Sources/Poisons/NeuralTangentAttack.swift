import Adversaries
import Compute
import Random
import Records
import Training

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// NTGA: the neural tangent generalisation attack (Yuan and Wu, ICML 2021; METHODS 4.5).
///
/// The records are cut into blocks. An infinitely wide network trained on a block has a closed form, and with it its loss
/// on other records; every picture of the block takes one step of full size along the sign of that loss's gradient.
package struct NeuralTangentAttack: SetAttack {
  /// The infinitely wide network, as the official code names it.
  package enum Network: String, Sendable, CaseIterable {
    /// Convolutional.
    case cnn
    /// Fully connected.
    case fnn
  }

  private let network: Network
  private let radius: Float
  private let time: Double
  private let block: Int
  private let validation: Int
  private let seed: UInt64

  /// Steps of ±`radius` on the unit scale; 8/255 in the paper.
  ///
  /// - Parameters:
  ///   - network: `cnn` in the paper.
  ///   - time: how long the network is trained, in the units of the official code; 64 by default there.
  ///   - block: records of a block, fewer where the set is small.
  ///   - validation: at most so many records make up the loss, and at most a fifth of the set.
  package init(
    radius: Float, network: Network = .cnn, time: Double = 64, block: Int = 512, validation: Int = 10_000, seed: UInt64
  ) {
    self.network = network
    (self.radius, self.time, self.block, self.validation) = (radius, time, block, validation)
    self.seed = seed
  }

  package var record: [String: JSON] {
    [
      "attack": "ntga", "eps": .float(radius), "network": .string(network.rawValue), "time": .number(time),
      "block": .integer(block),
      "validation": .integer(validation), "seed": .string("\(seed)"),
    ]
  }

  /// The perturbations of the set's chosen records. All of them belong to a block; a block's loss is that on the records
  /// which follow it in the shuffled order, from whose end it goes on at the beginning.
  ///
  /// - Throws: a data failure for a set of one record, or labels that are no classes.
  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: @escaping (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let count = set.spool.count
    guard count > 1 else { throw Failure(.data, "ntga needs records to measure its effect on; the set has one only") }
    let classes = try ClassCount.of(set.spool, asked: nil)
    var random = RandomStream(seed: seed, purpose: "ntga order")
    let order = random.permutation(count: count)
    let size = min(block, max(1, count * 4 / 5))
    let others = max(1, min(validation, count / 5))
    let store = try PerturbationStore(set, bound: .maximum(radius))
    let loop = try begin(
      checkpoint, on: set, network: nil, training: nil, store: store, trainingEpochs: 0, report: report)
    try loop.run(epoch: 0, pieces: order.filter { set.isChosen[$0] }.pieces(of: size)) { piece in
      let rows = piece.rows
      let judges = followers(of: rows, in: order, count: others)
      let problem = TangentBlock(
        pictures: planar(set, rows), labels: set.spool.labels(rows), judges: planar(set, judges),
        judgeLabels: set.spool.labels(judges), classes: classes, time: time)
      guard let (loss, gradient) = lossGradient(of: problem, shape: set.spool.imageShape) else {
        throw Failure(
          .software, "the kernel of a block of \(rows.count) records has no eigenvalues; try another --seed")
      }
      let steps = gradient.flatMap { $0.map { radius * sign(Float($0)) } }
      try store.write(rows, Tensor(planar: steps, shape: [rows.count] + set.spool.imageShape).values)
      return [Figure("loss", loss / Double(judges.count), .fixed(4))]
    }
    return store
  }

  private func lossGradient(of block: TangentBlock, shape: [Int]) -> (loss: Double, gradient: [[Double]])? {
    switch network {
    case .cnn: block.lossGradient(ConvolutionalTangentKernel(shape: shape))
    case .fnn: block.lossGradient(FullyConnectedTangentKernel())
    }
  }

  /// Records that follow a block's last in the order, which is taken for a ring, and do not belong to the block.
  private func followers(of rows: [Int], in order: [Int], count: Int) -> [Int] {
    let members = Set(rows)
    let last = order.lastIndex(of: rows.last ?? 0) ?? 0
    return Array((order[(last + 1)...] + order[...last]).filter { !members.contains($0) }.prefix(count))
  }

  private func planar(_ set: PoisonSet, _ rows: [Int]) -> [[Float]] {
    let values = Tensor(set.spool.pictures(rows), shape: set.spool.shape.tensor(rows.count)).planarValues
    let length = set.spool.shape.length
    return rows.indices.map { Array(values[$0 * length..<($0 + 1) * length]) }
  }
}

/// The loss of an infinitely wide network, trained on some pictures, on others.
struct TangentBlock {
  let pictures: [[Float]]
  let labels: [Int]
  let judges: [[Float]]
  let judgeLabels: [Int]
  let classes: Int
  let time: Double

  /// What is added to the kernel's diagonal, as a share of its mean.
  private static let regularization = 1e-4

  /// The cross-entropy summed over the judges, and its gradient by the pictures, planar; nil where the kernel is none.
  ///
  /// With f = Θ(v, X)·g(Θ + λ)·Y and g(μ) = (1 − e^(−μτ))/μ, τ = time/(n·classes).
  func lossGradient(_ kernel: some TangentKernel) -> (loss: Double, gradient: [[Double]])? {
    let (own, other) = (kernel.pictures(pictures), kernel.pictures(judges))
    let n = pictures.count
    var theta = DoubleMatrix(kernel.matrix(own, own), rows: n, columns: n)
    let mean = (0..<n).reduce(0.0) { $0 + theta.elements[$1 * n + $1] } / Double(n)
    for i in 0..<n { theta.elements[i * n + i] += Self.regularization * mean }
    guard let (values, q) = theta.symmetricEigensystem() else { return nil }
    let response = Response(time: time / Double(n * classes))
    let scaledQ = DoubleMatrix(
      q.elements.indices.map { q.elements[$0] * response.value(values[$0 % n]) }, rows: n, columns: n)
    let y = oneHot(labels)
    let weights = scaledQ.times(q.times(y, transposed: true))
    let cross = DoubleMatrix(kernel.matrix(own, other), rows: n, columns: judges.count)
    let (loss, df) = crossEntropy(cross.times(weights, transposed: true))

    let dCross = weights.times(df, otherTransposed: true)
    let dG = cross.times(df).times(y, otherTransposed: true)
    var inner = q.times(dG, transposed: true).times(q)
    for i in 0..<n {
      for j in 0..<n { inner.elements[i * n + j] *= response.slope(values[i], values[j]) }
    }
    var dTheta = q.times(inner).times(q, otherTransposed: true)
    let trace = (0..<n).reduce(0.0) { $0 + dTheta.elements[$1 * n + $1] }
    for i in 0..<n { dTheta.elements[i * n + i] += Self.regularization * trace / Double(n) }
    var pairs = dTheta.elements
    for i in 0..<n { for j in 0..<n where i != j { pairs[i * n + j] += dTheta.elements[j * n + i] } }

    let within = kernel.gradient(own, own, weights: pairs, isSame: true)
    let across = kernel.gradient(own, other, weights: dCross.elements, isSame: false)
    return (loss, zip(within, across).map { zip($0, $1).map { $0 + $1 } })
  }

  private func oneHot(_ labels: [Int]) -> DoubleMatrix {
    var elements = [Double](repeating: 0, count: labels.count * classes)
    for (row, label) in labels.enumerated() { elements[row * classes + label] = 1 }
    return DoubleMatrix(elements, rows: labels.count, columns: classes)
  }

  /// The summed loss of class scores, and its gradient.
  private func crossEntropy(_ scores: DoubleMatrix) -> (loss: Double, gradient: DoubleMatrix) {
    var (loss, gradient) = (0.0, scores)
    for (row, label) in judgeLabels.enumerated() {
      let range = row * classes..<(row + 1) * classes
      let top = scores.elements[range].max() ?? 0
      let sum = scores.elements[range].reduce(0) { $0 + exp($1 - top) }
      loss += log(sum) + top - scores.elements[range.lowerBound + label]
      for index in range { gradient.elements[index] = exp(scores.elements[index] - top) / sum }
      gradient.elements[range.lowerBound + label] -= 1
    }
    return (loss, gradient)
  }
}

/// What a training of a given time makes of an eigenvalue: g(μ) = (1 − e^(−μτ))/μ.
private struct Response {
  let time: Double

  func value(_ mu: Double) -> Double { mu * time == 0 ? time : -expm1(-mu * time) / mu }

  /// (g(μ) − g(ν))/(μ − ν), which is g' where the two are alike.
  func slope(_ mu: Double, _ nu: Double) -> Double {
    guard abs(mu - nu) < 1e-6 * max(abs(mu), abs(nu)) || mu == nu else { return (value(mu) - value(nu)) / (mu - nu) }
    let x = (mu + nu) / 2 * time
    if abs(x) < 1e-4 { return time * time * (x / 3 - 0.5) }
    return time * time * (exp(-x) + expm1(-x) / x) / x
  }
}
