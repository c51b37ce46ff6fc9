import ArgumentParser
import Training

/// What may be given in place of a recipe's own numbers.
package struct RecipeOptions: ParsableArguments {
  /// Passes over the set; nil leaves the recipe's.
  @Option(help: ArgumentHelp("Passes over the set; by default the recipe's.", valueName: "n"))
  package var epochs: Int?

  /// Steps, whatever the set's size; nil for epochs.
  @Option(
    help: ArgumentHelp(
      "Steps in place of epochs, whatever the set's size: the rate then falls, and a warm-up counts, by steps.",
      valueName: "n"))
  package var steps: Int?

  /// Records a step; nil leaves the recipe's.
  @Option(help: ArgumentHelp("Records a step; by default the recipe's.", valueName: "n"))
  package var batch: Int?

  /// The learning rate from which the half cosine falls; nil leaves the recipe's.
  @Option(
    name: .customLong("learning-rate"),
    help: ArgumentHelp("The highest learning rate; by default the recipe's.", valueName: "rate"))
  package var learningRate: Float?

  /// Epochs, or steps of a training that counts such, over which the learning rate rises; nil leaves the recipe's, but of few a
  /// quarter.
  @Option(
    name: .customLong("warm-up"),
    help: ArgumentHelp(
      "Epochs, or with --steps steps, over which the learning rate rises from 0; by default the recipe's, at most a quarter.",
      valueName: "n"))
  package var warmUp: Int?

  /// Nothing in place of anything.
  package init() {}

  /// - Throws: `ValidationError` for numbers out of range.
  package func validate() throws {
    if let epochs, !(1...100_000).contains(epochs) {
      throw ValidationError("--epochs \(epochs): give a number of 1 to 100000.")
    }
    if let steps {
      guard (1...1_000_000_000).contains(steps) else {
        throw ValidationError("--steps \(steps): give a number of 1 to 1000000000.")
      }
      if epochs != nil { throw ValidationError("--steps and --epochs both say for how long; give one of them.") }
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
    guard let warmUp else { return }
    let (length, unit) =
      switch length(of: recipe) {
      case .epochs(let epochs): (epochs, "epochs")
      case .steps(let steps): (steps, "steps")
      }
    if warmUp >= length {
      throw ValidationError(
        "--warm-up \(warmUp): give a number below \(length), the \(unit); the learning rate rises before it falls.")
    }
  }

  /// For how long a recipe is then followed.
  private func length(of recipe: Recipe) -> Recipe.Length {
    steps.map { .steps($0) } ?? epochs.map { .epochs($0) } ?? recipe.length
  }

  /// The recipe with what was given in place of its own.
  package func applied(to recipe: Recipe) -> Recipe {
    var changed = recipe
    changed.length = length(of: recipe)
    changed.batch = batch ?? recipe.batch
    changed.learningRate = learningRate ?? recipe.learningRate
    switch (changed.length, recipe.length, recipe.warmUp.length) {
    case (.epochs(let epochs), _, .epochs(let rise)):
      changed.warmUp.length = .epochs(warmUp ?? min(rise, epochs / 4))
    case (.steps(let steps), .epochs(let epochs), .epochs(let rise)):
      // The same share of the training as the recipe's.
      changed.warmUp.length = .steps(warmUp ?? min(steps / 4, steps * rise / epochs))
    default: preconditionFailure("a tool's recipe counts epochs")
    }
    if steps != nil, changed.schedule == .cosineByEpoch { changed.schedule = .cosineByStep }
    return changed
  }
}
