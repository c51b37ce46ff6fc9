import Compute
import Records

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// How a model is trained: for how long, in which steps, at which learning rate, by which optimiser.
package struct Recipe: Sendable, Equatable {
  /// For how long.
  package enum Length: Sendable, Equatable {
    /// Passes over the set.
    case epochs(Int)
    /// Steps, whatever the set's size; the last pass may stop on the way.
    case steps(Int)

    /// All steps, where an epoch has so many.
    func steps(perEpoch: Int) -> Int {
      switch self {
      case .epochs(let epochs): epochs * perEpoch
      case .steps(let steps): steps
      }
    }
  }

  /// How the learning rate goes down from its highest value.
  package enum Schedule: Sendable, Equatable {
    /// Along half a cosine to 0, stepped once an epoch: ½·rate·(1 + cos(π·epoch/epochs)).
    case cosineByEpoch
    /// The same, stepped in every step.
    case cosineByStep
    /// By the factor at each of the milestones, which are shares of all steps; not before the warm-up is over.
    case milestones([Double], factor: Float)
    /// Not at all.
    case constant
  }

  /// How the learning rate rises to the schedule's at first, step by step.
  package struct WarmUp: Sendable, Equatable {
    /// For how long it rises; 0 for not at all.
    package var length: Length
    /// The share of the rate that the first step takes; nil for that of one step of them all.
    package var start: Float?

    /// A rise over so many epochs.
    package init(epochs: Int = 0, start: Float? = nil) { (length, self.start) = (.epochs(epochs), start) }

    /// The share of the rate that a step takes, from 0, where the rise lasts `steps` steps.
    func share(step: Int, of steps: Int) -> Float {
      guard step < steps else { return 1 }
      guard let start else { return Float(step + 1) / Float(steps) }
      return start + (1 - start) * Float(step) / Float(steps)
    }
  }

  /// What moves the parameters.
  package enum Optimization: Sendable, Equatable {
    /// Adam with PyTorch's decay rates.
    case adam(weightDecay: Double = 0)
    /// Stochastic gradient descent.
    case sgd(momentum: Float, weightDecay: Float)
  }

  /// For how long.
  package var length: Length
  /// Records a step.
  package var batch: Int
  /// The highest learning rate.
  package var learningRate: Float
  /// How it goes down.
  package var schedule = Schedule.cosineByEpoch
  /// How it rises at first.
  package var warmUp = WarmUp()
  /// What moves the parameters.
  package var optimization: Optimization
  /// The norm to which all gradients together are clipped; infinite for none.
  package var maximumGradientNorm: Float = 5

  /// A recipe of so many epochs, with a cosine stepped by epoch and gradients clipped to a norm of 5.
  package init(epochs: Int, batch: Int, learningRate: Float, optimization: Optimization) {
    (length, self.batch, self.learningRate, self.optimization) = (.epochs(epochs), batch, learningRate, optimization)
  }

  /// All steps, where an epoch has so many.
  package func steps(perEpoch: Int) -> Int { length.steps(perEpoch: perEpoch) }

  /// The steps over which the learning rate rises, where an epoch has so many.
  package func warmUpSteps(perEpoch: Int) -> Int { warmUp.length.steps(perEpoch: perEpoch) }

  /// All epochs, the last of which may be a part of one, where an epoch has so many steps.
  package func epochs(stepsPerEpoch: Int) -> Int {
    switch length {
    case .epochs(let epochs): epochs
    case .steps(let steps): (steps + stepsPerEpoch - 1) / stepsPerEpoch
    }
  }

  /// The learning rate of a step, counted from 0 over all epochs.
  package func rate(step: Int, stepsPerEpoch: Int) -> Float {
    let warmUpSteps = warmUpSteps(perEpoch: stepsPerEpoch)
    if case .milestones = schedule, step < warmUpSteps {
      return warmUp.share(step: step, of: warmUpSteps) * learningRate
    }
    return warmUp.share(step: step, of: warmUpSteps) * scheduled(step: step, stepsPerEpoch: stepsPerEpoch)
  }

  private func scheduled(step: Int, stepsPerEpoch: Int) -> Float {
    switch schedule {
    case .cosineByEpoch: cosine(step / stepsPerEpoch, of: epochs(stepsPerEpoch: stepsPerEpoch))
    case .cosineByStep: cosine(step, of: steps(perEpoch: stepsPerEpoch))
    case .milestones(let milestones, let factor):
      milestones.reduce(learningRate) { rate, milestone in
        Double(step) >= milestone * Double(steps(perEpoch: stepsPerEpoch)) ? rate * factor : rate
      }
    case .constant: learningRate
    }
  }

  private func cosine(_ place: Int, of count: Int) -> Float {
    Float(0.5 * Double(learningRate) * (1 + cos(Double.pi * Double(place) / Double(max(1, count)))))
  }

  /// The recipe as a trained model's configuration tells it, as far as tools let it be chosen: a cosine by epoch, the
  /// optimiser and the clip follow from the tool.
  package func record(of spool: Spool) -> [String: JSON] {
    var record: [String: JSON] = [
      "batch": .integer(min(batch, spool.count)), "learning_rate": .float(learningRate),
      "records": .integer(spool.count),
    ]
    switch warmUp.length {
    case .epochs(let epochs): record["warm_up"] = .integer(epochs)
    case .steps(let steps): record["warm_up_steps"] = .integer(steps)
    }
    switch length {
    case .epochs(let epochs): record["epochs"] = .integer(epochs)
    case .steps(let steps): record["steps"] = .integer(steps)
    }
    switch schedule {
    case .cosineByEpoch: break
    case .cosineByStep: record["schedule"] = "cosine by step"
    case .milestones(let milestones, _): record["schedule"] = .array(milestones.map(JSON.number))
    case .constant: record["schedule"] = "constant"
    }
    return record
  }
}
