import ArgumentParser
import Training

/// What may be given in place of a recipe's own numbers.
package struct RecipeOptions: ParsableArguments {
  /// Passes over the set; nil leaves the recipe's.
  @Option(help: ArgumentHelp("Passes over the set; by default the recipe's.", valueName: "n"))
  package var epochs: Int?

  /// Records a step; nil leaves the recipe's.
  @Option(help: ArgumentHelp("Records a step; by default the recipe's.", valueName: "n"))
  package var batch: Int?

  /// The learning rate from which the half cosine falls; nil leaves the recipe's.
  @Option(
    name: .customLong("learning-rate"),
    help: ArgumentHelp("The highest learning rate; by default the recipe's.", valueName: "rate"))
  package var learningRate: Float?

  /// Epochs over which the learning rate rises; nil leaves the recipe's, but of few epochs a quarter.
  @Option(
    name: .customLong("warm-up"),
    help: ArgumentHelp(
      "Epochs over which the learning rate rises from 0; by default the recipe's, at most a quarter.", valueName: "n"))
  package var warmUp: Int?

  /// Nothing in place of anything.
  package init() {}

  /// - Throws: `ValidationError` for numbers out of range.
  package func validate() throws {
    if let epochs, !(1...100_000).contains(epochs) {
      throw ValidationError("--epochs \(epochs): give a number of 1 to 100000.")
    }
    if let batch, !(1...65536).contains(batch) {
      throw ValidationError("--batch \(batch): give a number of 1 to 65536.")
    }
    if let learningRate, !(learningRate.isFinite && learningRate > 0) {
      throw ValidationError("--learning-rate \(learningRate): give a positive number.")
    }
    if let warmUp, warmUp < 0 {
      throw ValidationError("--warm-up \(warmUp): give a number of 0 or more.")
    }
  }

  /// - Throws: `ValidationError` for a warm-up that outlasts the training.
  package func check(for recipe: Recipe) throws {
    var changed = recipe
    if let epochs { changed.length = .epochs(epochs) }
    guard case .epochs(let epochs) = changed.length else { return }
    if let warmUp, warmUp >= epochs {
      throw ValidationError(
        "--warm-up \(warmUp): give a number below \(epochs), the epochs; the learning rate rises before it falls.")
    }
  }

  /// The recipe with what was given in place of its own.
  package func applied(to recipe: Recipe) -> Recipe {
    var changed = recipe
    if let epochs { changed.length = .epochs(epochs) }
    changed.batch = batch ?? recipe.batch
    changed.learningRate = learningRate ?? recipe.learningRate
    if case .epochs(let epochs) = changed.length {
      changed.warmUp.epochs = min(recipe.warmUp.epochs, epochs / 4)
    }
    if let warmUp { changed.warmUp.epochs = warmUp }
    return changed
  }
}
