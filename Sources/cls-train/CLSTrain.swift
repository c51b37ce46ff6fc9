import ArgumentParser
import Classification
import CommandSupport
import Models
import Records
import TrainerSupport
import Training

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = CLSTrain.self

struct CLSTrain: ComputingTool {
  static let configuration = CommandConfiguration(
    tool: "cls-train",
    abstract: "Train a classifier on records.",
    discussion: """
      Reads a whole record stream, trains, and writes the model. The recipe is the standard one: 60 epochs, 128 records \
      a step, a learning rate of 0.1 that falls along a cosine, SGD with momentum 0.9 and weight decay 5e-4, random crop \
      with a padding of 4, horizontal flip.
      """)

  static let memoryAdvice = "give --micro-batch, or a smaller --batch or --width"

  @OptionGroup(title: "Training") var training: ClassifierTrainingOptions
  @OptionGroup(title: "Defence") var defence: DefenceOptions
  @OptionGroup var trainer: TrainerOptions

  /// The recipe without the changes that were given.
  private var recipe: Recipe {
    let standard = ClassifierFit.Options().recipe
    return defence.value(seed: trainer.compute.seed)?.recipe(standard) ?? standard
  }

  func validate() throws { try training.changes.check(for: recipe) }

  mutating func execute() throws {
    var options = training.options(seed: trainer.compute.seed)
    options.recipe = training.changes.applied(to: recipe)
    options.defence = defence.value(seed: trainer.compute.seed)
    try trainer.run { work in
      let (model, _) = try ClassifierFit(options).run(
        work.spool, checkpoint: work.checkpoint, microBatch: work.microBatch, report: work.report)
      return try ClassifierDocument.make(
        model, training: work.record(options.record(of: work.spool)),
        classes: ClassCount.names(work.spool, count: model.configuration.classes), history: work.history)
    }
  }
}

/// How a classifier is trained.
struct ClassifierTrainingOptions: ParsableArguments {
  @Option(
    name: .customLong("model"), help: "The network: \(ClassifierNetwork.allValueStrings.joined(separator: ", ")).")
  var network = ClassifierNetwork.standard
  @Option(
    help: ArgumentHelp("Its width: channels of a ResNet's first stage, from which all others follow.", valueName: "n"))
  var width = 64
  @Option(
    name: .customLong("class-count"),
    help: ArgumentHelp("Classes; by default as many as the stream names or its labels show.", valueName: "n"))
  var classes: Int?
  @OptionGroup var changes: RecipeOptions
  @Flag(name: .customLong("no-augmentation"), help: "Neither crop nor mirror pictures.")
  var plain = false

  func validate() throws {
    guard (1...4096).contains(width) else { throw ValidationError("--width \(width): give a number of 1 to 4096.") }
    if let classes, !(1...ClassCount.maximum).contains(classes) {
      throw ValidationError("--class-count \(classes): give a number of 1 to \(ClassCount.maximum).")
    }
  }

  func options(seed: UInt64) -> ClassifierFit.Options {
    var options = ClassifierFit.Options()
    options.network = network
    options.width = width
    options.classes = classes
    options.augments = !plain
    options.seed = seed
    return options
  }
}
