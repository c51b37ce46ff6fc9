import ArgumentParser
import CommandSupport
import Poisons

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

  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var size: RadiusOption
  @Option(help: "The form of the attack: published (as it is measured in the literature on defences) or original.")
  var variant = EMVariant.published
  @Option(
    help: ArgumentHelp(
      "Steps in which a picture's noise is made; by default 10, or 20 in the original.", valueName: "n"))
  var steps: Int?
  @OptionGroup(title: "Surrogate") var surrogate: SurrogateFlags
  @OptionGroup(title: "Progress") var watching: ProgressOptions

  func validate() throws { try check(steps: steps ?? 1, "--steps") }

  mutating func execute() throws {
    let progress = try watching.progress()
    let seed = poisoning.compute.seed
    try poisoning.run(quiet: watching.quiet, progress: progress) { set in
      switch variant {
      case .published:
        try ErrorMinimizingNoise(
          radius: size.radius, steps: steps ?? 10, surrogate: surrogate.options(epochs: 13, seed: seed)
        ).perturbations(set, report: progress.report)
      case .original:
        try OriginalErrorMinimizingNoise(
          radius: size.radius, steps: steps ?? 20, surrogate: surrogate.options(epochs: 100, seed: seed)
        ).perturbations(set, report: progress.report)
      }
    }
  }
}

/// `ue-craft rem`.
struct REM: Tool {
  static let configuration = CommandConfiguration(
    commandName: "rem", abstract: "Robust error-minimising noise: holds against adversarial training.")

  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var size: RadiusOption
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
  @OptionGroup(title: "Progress") var watching: ProgressOptions

  func validate() throws {
    try check(steps: steps, "--steps")
    try check(steps: adversarySteps, "--adversary-steps")
    guard (1...1000).contains(samples) else {
      throw ValidationError("--samples \(samples): give a number of 1 to 1000.")
    }
  }

  mutating func execute() throws {
    let progress = try watching.progress()
    let attack = RobustErrorMinimizingNoise(
      radius: size.radius, adversary: adversary?.value ?? 4 / 255, steps: steps, adversarySteps: adversarySteps,
      samples: samples, surrogate: surrogate.options(epochs: 13, seed: poisoning.compute.seed))
    try poisoning.run(quiet: watching.quiet, progress: progress) {
      try attack.perturbations($0, report: progress.report)
    }
  }
}

/// `ue-craft tap`.
struct TAP: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tap", abstract: "Targeted adversarial poisoning: every picture passes for the next class.")

  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var size: RadiusOption
  @Option(help: ArgumentHelp("Steps in which a picture's perturbation is made.", valueName: "n"))
  var steps = 250
  @OptionGroup var models: SurrogateModelOption
  @OptionGroup(title: "Surrogate") var surrogate: SurrogateFlags
  @OptionGroup(title: "Progress") var watching: ProgressOptions

  func validate() throws { try check(steps: steps, "--steps") }

  mutating func execute() throws {
    let progress = try watching.progress()
    let options = surrogate.options(epochs: 102, seed: poisoning.compute.seed)
    let (loaded, digests) = try models.load(poisoning.input.limits)
    let attack = TargetedAdversarialPoison(
      radius: size.radius, steps: steps, batch: options.batch, seed: options.seed)
    try poisoning.run(quiet: watching.quiet, models: digests, progress: progress) { set in
      try Surrogates.check(loaded, suit: set)
      let surrogates =
        loaded.isEmpty ? [try Surrogates.trained(on: set, options, report: progress.report)] : loaded
      return try attack.perturbations(set, surrogates: surrogates, report: progress.report)
    }
  }
}

/// `ue-craft sep`.
struct SEP: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sep", abstract: "Self-ensemble protection: features of another class, for many states of a training.")

  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var size: RadiusOption
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
  @OptionGroup(title: "Progress") var watching: ProgressOptions

  func validate() throws {
    try check(steps: steps, "--steps")
    guard (1...1000).contains(members) else {
      throw ValidationError("--members \(members): give a number of 1 to 1000.")
    }
  }

  mutating func execute() throws {
    let progress = try watching.progress()
    var options = surrogate.options(epochs: 120, seed: poisoning.compute.seed)
    (options.milestones, options.warmsUp) = ([0.625, 0.75], true)
    let (loaded, digests) = try models.load(poisoning.input.limits)
    let attack = SelfEnsembleProtection(
      radius: size.radius, steps: steps, usesLastMeans: usesLastMeans, batch: options.batch, seed: options.seed)
    try poisoning.run(quiet: watching.quiet, models: digests, progress: progress) { set in
      try Surrogates.check(loaded, suit: set)
      let ensemble =
        loaded.isEmpty
        ? try Surrogates.ensemble(of: members, on: set, options, report: progress.report) : loaded
      return try attack.perturbations(set, ensemble: ensemble, report: progress.report)
    }
  }
}

/// `ue-craft ntga`.
struct NTGA: Tool {
  static let configuration = CommandConfiguration(
    commandName: "ntga", abstract: "Neural tangent generalisation attack: against an infinitely wide network.")

  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var size: RadiusOption
  @Option(help: ArgumentHelp("How long the infinitely wide network is trained.", valueName: "t"))
  var time = 64.0
  @Option(help: ArgumentHelp("Records that the network is trained on at a time.", valueName: "n"))
  var block = 512
  @Option(
    help: ArgumentHelp("Records, at most a fifth of the set, on which its loss is to be large.", valueName: "n"))
  var validation = 10_000
  @OptionGroup(title: "Progress") var watching: ProgressOptions

  func validate() throws {
    guard time.isFinite, time > 0 else { throw ValidationError("--time \(time): give a positive number.") }
    guard (1...8192).contains(block) else { throw ValidationError("--block \(block): give a number of 1 to 8192.") }
    guard (1...1 << 20).contains(validation) else {
      throw ValidationError("--validation \(validation): give a number of 1 to \(1 << 20).")
    }
  }

  mutating func execute() throws {
    let progress = try watching.progress()
    let attack = NeuralTangentAttack(
      radius: size.radius, time: time, block: block, validation: validation, seed: poisoning.compute.seed)
    try poisoning.run(quiet: watching.quiet, progress: progress) {
      try attack.perturbations($0, report: progress.report)
    }
  }
}
