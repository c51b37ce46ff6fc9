import ArgumentParser
import CommandSupport
import Poisons
import Training

/// How many steps along a gradient an attack takes.
private func check(steps: Int, _ option: String) throws {
  guard (1...100_000).contains(steps) else {
    throw ValidationError("\(option) \(steps): give a number of 1 to 100000.")
  }
}

/// The two forms of error-minimising noise.
enum EMVariant: String, ExpressibleByArgument, CaseIterable {
  case published, original
}

/// `ue-craft em`.
struct EM: Tool {
  static let configuration = CommandConfiguration(
    commandName: "em", abstract: "Error-minimising noise: nothing is left for a classifier to learn.")

  @OptionGroup var options: SetAttackOptions
  @Option(help: "The form of the attack: published (as it is measured in the literature on defences) or original.")
  var variant = EMVariant.published
  @Option(
    help: ArgumentHelp(
      "Steps in which a picture's noise is made; by default 10, or 20 in the original.", valueName: "n"))
  var steps: Int?
  @OptionGroup(title: "Surrogate") var surrogate: SurrogateFlags

  func validate() throws { try check(steps: steps ?? 1, "--steps") }

  mutating func execute() throws {
    switch variant {
    case .published:
      try options.run(
        ErrorMinimizingNoise(
          radius: options.radius, steps: steps ?? 10, surrogate: surrogate.options(epochs: 13, seed: options.seed)))
    case .original:
      try options.run(
        OriginalErrorMinimizingNoise(
          radius: options.radius, steps: steps ?? 20, surrogate: surrogate.options(epochs: 100, seed: options.seed)))
    }
  }
}

/// `ue-craft rem`.
struct REM: Tool {
  static let configuration = CommandConfiguration(
    commandName: "rem", abstract: "Robust error-minimising noise: holds against adversarial training.")

  @OptionGroup var options: SetAttackOptions
  @Option(help: ArgumentHelp("Steps in which a picture's noise is made.", valueName: "n"))
  var steps = 10
  @Option(
    name: .customLong("adversary-eps"),
    help: ArgumentHelp("The most that the adversary may move an element; by default 4/255.", valueName: "size"))
  var adversary: UnitFraction?
  @Option(
    name: .customLong("adversary-steps"), help: ArgumentHelp("Steps of the adversary.", valueName: "n"))
  var adversarySteps = 10
  @Option(help: ArgumentHelp("Random views that each step of the noise averages over.", valueName: "n"))
  var samples = 5
  @OptionGroup(title: "Surrogate") var surrogate: SurrogateFlags

  func validate() throws {
    try check(steps: steps, "--steps")
    try check(steps: adversarySteps, "--adversary-steps")
    try adversary?.check("--adversary-eps")
    guard (1...1000).contains(samples) else {
      throw ValidationError("--samples \(samples): give a number of 1 to 1000.")
    }
  }

  mutating func execute() throws {
    try options.run(
      RobustErrorMinimizingNoise(
        radius: options.radius, adversary: adversary?.value ?? 4 / 255, steps: steps, adversarySteps: adversarySteps,
        samples: samples, surrogate: surrogate.options(epochs: 13, seed: options.seed)))
  }
}

/// `ue-craft tap`.
struct TAP: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tap", abstract: "Targeted adversarial poisoning: every picture passes for the next class.")

  @OptionGroup var options: SetAttackOptions
  @Option(help: ArgumentHelp("Steps in which a picture's perturbation is made.", valueName: "n"))
  var steps = 250
  @OptionGroup var models: SurrogateModelOption
  @OptionGroup(title: "Surrogate") var surrogate: SurrogateFlags

  func validate() throws {
    try check(steps: steps, "--steps")
    try models.check(against: surrogate)
  }

  mutating func execute() throws {
    let training = surrogate.options(epochs: 102, seed: options.seed)
    let (surrogates, digests) = try models.surrogates(options.poisoning.input.limits, else: training)
    try options.run(
      TargetedAdversarialPoison(
        radius: options.radius, steps: steps, surrogates: surrogates, batch: training.recipe.batch,
        seed: training.seed),
      models: digests)
  }
}

/// `ue-craft sep`.
struct SEP: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sep", abstract: "Self-ensemble protection: features of another class, for many states of a training.")

  @OptionGroup var options: SetAttackOptions
  @Option(help: ArgumentHelp("Steps in which a picture's perturbation is made.", valueName: "n"))
  var steps = 30
  @Option(help: ArgumentHelp("States of the surrogate's training that are taken.", valueName: "n"))
  var members = SelfEnsembleProtection.members
  @Flag(
    name: .customLong("last-means"),
    help: "Take the classes' mean features from the last state for all, as the official code does.")
  var usesLastMeans = false
  @OptionGroup var models: SurrogateModelOption
  @OptionGroup(title: "Surrogate") var surrogate: SurrogateFlags

  func validate() throws {
    try check(steps: steps, "--steps")
    guard (1...1000).contains(members) else {
      throw ValidationError("--members \(members): give a number of 1 to 1000.")
    }
    try models.check(against: surrogate)
  }

  mutating func execute() throws {
    var training = surrogate.options(epochs: 120, seed: options.seed)
    training.recipe.schedule = .milestones([0.625, 0.75], factor: 0.1)
    training.recipe.warmUp = Recipe.WarmUp(epochs: 1, start: 0.01)
    let (surrogates, digests) = try models.surrogates(options.poisoning.input.limits, else: training)
    try options.run(
      SelfEnsembleProtection(
        radius: options.radius, steps: steps, members: members, usesLastMeans: usesLastMeans, surrogates: surrogates,
        batch: training.recipe.batch, seed: training.seed), models: digests)
  }
}

extension NeuralTangentAttack.Network: ExpressibleByArgument {}

/// `ue-craft ntga`.
struct NTGA: Tool {
  static let configuration = CommandConfiguration(
    commandName: "ntga", abstract: "Neural tangent generalisation attack: against an infinitely wide network.")

  @OptionGroup var options: SetAttackOptions
  @Option(
    help: ArgumentHelp("The infinitely wide network: convolutional or fully connected.", valueName: "name"))
  var network = NeuralTangentAttack.Network.cnn
  @Option(help: ArgumentHelp("How long the infinitely wide network is trained.", valueName: "t"))
  var time = 64.0
  @Option(help: ArgumentHelp("Records that the network is trained on at a time.", valueName: "n"))
  var block = 512
  @Option(
    help: ArgumentHelp("Records, at most a fifth of the set, on which its loss is to be large.", valueName: "n"))
  var validation = 10_000

  func validate() throws {
    guard time.isFinite, time > 0 else { throw ValidationError("--time \(time): give a positive number.") }
    guard (1...8192).contains(block) else { throw ValidationError("--block \(block): give a number of 1 to 8192.") }
    guard (1...1 << 20).contains(validation) else {
      throw ValidationError("--validation \(validation): give a number of 1 to \(1 << 20).")
    }
  }

  mutating func execute() throws {
    try options.run(
      NeuralTangentAttack(
        radius: options.radius, network: network, time: time, block: block, validation: validation, seed: options.seed))
  }
}
