import Training

/// The recipes for training an autoencoder, by name.
package enum AutoencoderRecipe: String, Sendable, CaseIterable {
  /// The paper's (METHODS 6.2d).
  case published
  /// Small batches: the same PSNR after a fraction of the pictures, which on a CPU is a fraction of the time.
  case fast

  /// What the name stands for.
  package var recipe: Recipe {
    switch self {
    case .published: return Recipe(epochs: 60, batch: 128, learningRate: 0.005, optimization: .adam())
    case .fast:
      var recipe = Recipe(epochs: 15, batch: 4, learningRate: 0.002, optimization: .adam())
      recipe.warmUp.epochs = 2
      return recipe
    }
  }
}
