import Models
import Records
import Training

/// Classifiers that stand in for the one that will meet the poisoned set.
package enum Surrogates {
  /// Classifiers from elsewhere, the digests of their documents, and what the labels of records are to all of them; nil
  /// where they are their numbers.
  case given([any Classifier], digests: [String] = [], classes: ClassMatching? = nil)
  /// States of one training on the set's clean pictures.
  case trained(SurrogateOptions)

  /// Epochs that pass before perturbations are made.
  package var epochs: Int {
    switch self {
    case .given: 0
    case .trained(let options): options.epochs
    }
  }

  /// What they are, by the options' names.
  package var record: [String: JSON] {
    switch self {
    case .given(_, let digests, _): ["surrogate_model": .array(digests.map(JSON.string))]
    case .trained(let options): options.record
    }
  }

  /// The training that they come from, which has not begun; nil for those from elsewhere, which are checked.
  ///
  /// - Parameter states: how many states of the training are wanted.
  /// - Throws: a data failure where the classifiers do not suit the set, or its labels are no classes.
  package func training(
    on spool: Spool, states: Int, report: (TrainingEvent) -> Void
  ) throws -> SurrogateTraining? {
    switch self {
    case .given(let models, _, _):
      try Self.check(models, suit: spool)
      return nil
    case .trained(let options): return try SurrogateTraining(spool, options, states: states, report: report)
    }
  }

  /// The classifiers, of which those from a training are trained to the end.
  package func models(_ training: SurrogateTraining?, in loop: ResumableLoop) throws -> [any Classifier] {
    try training?.runOnCleanPictures(in: loop)
    if case .given(let models, _, _) = self { return models }
    return training?.states ?? []
  }

  /// The labels of a set by the classifiers' numbers.
  ///
  /// - Throws: a data failure for a class that they do not know.
  package func labels(of spool: Spool) throws -> [Int] {
    guard case .given(let models, _, let classes) = self, let count = models.first?.configuration.classes else {
      return spool.labels
    }
    return try (classes ?? ClassMatching(count: count)).numbers(spool.labels, of: spool.classes) { row, words in
      Failure(.data, "record \(row) (id \(spool.ids[row])): \(words)")
    }
  }

  /// Checks that classifiers from elsewhere know the set's pictures, and equally many classes.
  ///
  /// - Throws: a data failure that names what does not suit.
  package static func check(_ models: [any Classifier], suit spool: Spool) throws {
    for sizes in models.map(\.configuration) {
      guard sizes.channels == spool.shape.channels else {
        throw Failure(
          .data, "the surrogate takes pictures of \(sizes.channels) channels; these have \(spool.shape.channels)")
      }
      if let words = sizes.network.refusal(height: spool.shape.height, width: spool.shape.width) {
        throw Failure(.data, "the surrogate: \(words)")
      }
      guard sizes.classes == models[0].configuration.classes else {
        throw Failure(.data, "the surrogates tell different numbers of classes apart")
      }
    }
  }
}

extension Surrogates {
  /// The network of the classifiers, the first's where they are several.
  package var network: ClassifierNetwork {
    switch self {
    case .given(let models, _, _): models.first?.configuration.network ?? .standard
    case .trained(let options): options.network
    }
  }
}
