/// The cross-entropy of class scores and labels, averaged over the batch (of all holders), in nats:
///
///     loss = 1/N · Σₙ (ln Σ_c exp(s[n, c]) − s[n, label[n]])
///
/// logits [N, classes]; one label in 0..<classes a record; the result is a scalar. Saves the logits.
/// Backward: ds[n, c] = (softmax(s)[n, c] − [c = label[n]])·dloss/N.
///
/// With a mixture a record's term is share·(that of its label) + (1 − share)·(that of its other label).
package func crossEntropy(_ logits: Tensor, labels: [Int], mixture: LabelMixture? = nil) -> Tensor {
  var losses = crossEntropyOfEach(logits, labels: labels)
  if let mixture {
    let others = crossEntropyOfEach(logits, labels: mixture.labels)
    for (record, share) in mixture.shares.enumerated() {
      losses[record] = share * losses[record] + (1 - share) * others[record]
    }
  }
  let batch = BatchSums(logits.shape, logits.tape)
  let sum = batch.sum(batch.parts.ranges().map { losses[$0].reduce(0) { $0 + Double($1) } })
  let count = batch.total(labels.count)
  let loss = Tensor(shape: [], storage: Storage([Float(sum / Double(count))]), tape: logits.tape)
  loss.tape?.record {
    guard let slope = loss.takeGradient() else { return }
    let factor = slope.base[0] / Float(count)
    let classes = logits.shape[1]
    logits.addGradient { ds, accumulate in
      let probabilities = Storage(count: logits.count)
      SoftmaxKernel.run(logits.storage, classes: classes, probabilities: probabilities)
      for (record, label) in labels.enumerated() {
        let share = mixture?.shares[record] ?? 1
        probabilities.base[record * classes + label] -= share
        if let other = mixture?.labels[record] { probabilities.base[record * classes + other] -= 1 - share }
      }
      Elementwise.fill(ds, accumulate: accumulate) { probabilities.base.wide($0) * factor }
    }
  }
  return loss
}

/// Other labels of the records of a batch, where pictures are mixed of two.
package struct LabelMixture: Sendable, Equatable {
  /// One class a record.
  package let labels: [Int]
  /// What the record's own label counts, 0 to 1; the other one counts the rest.
  package let shares: [Float]

  /// A mixture. Precondition: there are as many shares as labels.
  package init(labels: [Int], shares: [Float]) {
    precondition(labels.count == shares.count, "\(shares.count) shares of \(labels.count) labels")
    (self.labels, self.shares) = (labels, shares)
  }

  /// That of some records.
  package subscript(rows: Range<Int>) -> LabelMixture {
    LabelMixture(labels: Array(labels[rows]), shares: Array(shares[rows]))
  }
}

/// The cross-entropy of every record, in nats. Not recorded on a tape.
package func crossEntropyOfEach(_ logits: Tensor, labels: [Int]) -> [Float] {
  precondition(
    logits.shape.count == 2 && logits.shape[0] == labels.count,
    "cross-entropy of \(logits.shape), \(labels.count) labels")
  let classes = logits.shape[1]
  precondition(labels.allSatisfy { (0..<classes).contains($0) }, "a label is not in 0..<\(classes)")
  let normalizers = SoftmaxKernel.run(logits.storage, classes: classes, probabilities: nil)
  return labels.enumerated().map { record, label in
    normalizers[record] - logits.storage.base[record * classes + label]
  }
}

/// The probabilities of the classes, exp(s[n, c]) / Σ exp(s[n, ·]), [N, classes]. Not recorded on a tape.
package func softmax(_ logits: Tensor) -> Tensor {
  precondition(logits.shape.count == 2, "softmax of \(logits.shape)")
  let probabilities = Tensor(shape: logits.shape)
  SoftmaxKernel.run(logits.storage, classes: logits.shape[1], probabilities: probabilities.storage)
  return probabilities
}
