/// What a training tells whoever watches it.
package enum TrainingEvent: Sendable {
  /// The first step of an epoch, or of what is left of one, begins.
  case begin(TrainingProgress)
  /// A step was taken.
  case step(TrainingProgress)
  /// An epoch ended; its figures are means over the epoch.
  case epoch(TrainingProgress)
  /// Something the user should know, such as a data set smaller than one batch.
  case note(String)
}

/// How far a training has come, and how it stands.
package struct TrainingProgress: Sendable {
  /// The epoch, from 1, and how many there are.
  package let epoch: Int
  /// Epochs of the whole training.
  package let epochs: Int
  /// Steps taken in this epoch, and how many it has.
  package let step: Int
  /// Steps of an epoch.
  package let steps: Int
  /// Steps taken in the whole training, and how many it has; nil where that is not known.
  package let allSteps: (taken: Int, count: Int)?
  /// Pictures that passed in this epoch so far.
  package let pictures: Int
  /// Those of them that passed in an earlier run, which this one goes on from.
  package let earlierPictures: Int
  /// The figures in the order in which they are shown.
  package let figures: [Figure]

  /// The state after a step or an epoch.
  package init(
    epoch: Int, epochs: Int, step: Int, steps: Int, allSteps: (taken: Int, count: Int)? = nil, pictures: Int,
    earlierPictures: Int = 0, figures: [Figure]
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.step = step
    self.steps = steps
    self.allSteps = allSteps
    self.pictures = pictures
    self.earlierPictures = earlierPictures
    self.figures = figures
  }
}

/// A number that a training loop reports, with the name and the form in which it is shown.
package struct Figure: Sendable, Equatable {
  /// How a figure is written.
  package enum Format: Sendable, Equatable {
    /// With so many digits after the point.
    case fixed(Int)
    /// With so many digits in all, as a power of ten where it is very small or large.
    case significant(Int)
  }

  /// Its name, such as `loss` or `PSNR`; in a log it is the key, in lower case.
  package let name: String
  /// The number itself.
  package let value: Double
  /// How it is shown.
  package let format: Format
  /// Written after the number, such as `dB`; empty for none.
  package let unit: String

  /// A figure to report.
  package init(_ name: String, _ value: Double, _ format: Format = .significant(4), unit: String = "") {
    self.name = name
    self.value = value
    self.format = format
    self.unit = unit
  }
}
