import Compute
import Models
import OrderedCollections
import Records
import Training

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// The KL target k of a training, in nats a cell: fixed, or moved towards a PSNR while the model trains.
///
/// The search is that of GECO (Rezende and Viola, "Taming VAEs", 2018): the constraint is the PSNR, and what is moved is the
/// price of passing it. log k goes by a small step of (aim − PSNR) in every step, the PSNR a running mean over steps; k stays
/// as it is until the learning rate has risen, and again for the last fifth of the steps, in which the model settles.
package final class DivergenceTarget: ObjectiveMemory {
  /// What is asked for.
  package enum Choice: Sendable, Equatable {
    /// k itself, in nats a cell.
    case nats(Float)
    /// A range of the PSNR of the last epoch, in dB.
    case decibels(low: Float, high: Float)
  }

  /// k, in nats a cell.
  package private(set) var nats: Float
  /// The divergence's weight w in the loss: the published one of a fixed k. A search keeps that of the published stages, since a
  /// loss that jumps where k passes 0.99 is none to search in.
  package let weight: Float
  /// Whether k moves at all.
  package let isSearched: Bool
  private var psnr: Float
  private var divergence: Float
  private let aim: Float
  private let steps: Range<Int>
  private let smoothing: Float
  private let rate: Float

  /// Where k is looked for: 0.05 nats a cell tell hardly anything of a picture, and 50 all of it.
  package static let searched: ClosedRange<Float> = 0.05...50

  /// The target of a training, of which a search asks more.
  ///
  /// - Parameters:
  ///   - steps: of the whole training.
  ///   - warmUp: of these, in which the learning rate rises.
  package init(_ choice: Choice, steps: Int = 0, warmUp: Int = 0) {
    self.steps = warmUp..<max(warmUp, steps - steps / 5)
    smoothing = 1 / (1 + Float(steps) / 100)
    rate = 20 / Float(max(1, steps)) / Self.decibelsByLogarithm
    (psnr, divergence) = (0, 0)
    switch choice {
    case .nats(let nats):
      (isSearched, aim, self.nats) = (false, 0, nats)
      weight = AutoencoderLoss.publishedWeight(for: nats)
    case .decibels(let low, let high):
      isSearched = true
      weight = AutoencoderLoss.publishedWeight(for: 1)
      // Below the middle, since the PSNR still rises while the learning rate falls to 0.
      aim = low + (high - low) / 3
      nats = Self.searchable(exp((aim - Self.decibelsAtOne) / Self.decibelsByLogarithm))
    }
  }

  private static func searchable(_ nats: Float) -> Float {
    min(max(nats, searched.lowerBound), searched.upperBound)
  }

  /// What k = 1 gives on CIFAR-10, and how many decibels more a k that is e times as large: the published pairs are 1 and 20
  /// to 22 dB, 3 and 28 to 30 dB.
  private static let decibelsAtOne: Float = 21
  private static let decibelsByLogarithm: Float = 8 / 1.0986

  package func took(_ step: TrainingStep, figures: [Figure]) {
    guard isSearched, let stepPSNR = figures.first(where: { $0.name == "PSNR" })?.value,
      let stepDivergence = figures.first(where: { $0.name == "KLD" })?.value
    else { return }
    // The first step of all is the mean so far.
    let share = step.number == 1 ? 1 : smoothing
    psnr += share * (Float(stepPSNR) - psnr)
    divergence += share * (Float(stepDivergence) - divergence)
    guard steps.contains(step.number) else { return }
    let change = rate * (aim - psnr)
    // A divergence below the target is not held back by it: what the PSNR lacks is training, and a higher target would be
    // of no use now and too high later.
    if change > 0, divergence < 0.95 * nats { return }
    nats = Self.searchable(nats * exp(change))
  }

  package var columns: OrderedDictionary<String, Column> {
    isSearched ? ["divergence_target": Column([nats, psnr, divergence], shape: [3])] : [:]
  }

  package func remember(_ tensors: CheckpointTensors) throws {
    guard isSearched else { return }
    let state = try tensors.floats("divergence_target", shape: [3])
    (nats, psnr, divergence) = (state[0], state[1], state[2])
  }
}
