import ArgumentParser
import Classification
import CommandSupport

/// The defences by name.
enum DefenceName: String, ExpressibleByArgument, CaseIterable {
  case adversarial, mixup, cutout
}

/// What is done against poison while the classifier is trained.
struct DefenceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Train against poison: adversarial (on the worst pictures near, by a recipe of its own), mixup (on mixtures of two), "
        + "cutout (without a square).",
      valueName: "name"))
  var defence: DefenceName?
  @Option(
    name: .customLong("adversary-eps"),
    help: ArgumentHelp("The most that the adversary may move an element; by default 8/255.", valueName: "size"))
  var radius: UnitFraction?
  @Option(
    name: .customLong("adversary-steps"), help: ArgumentHelp("Steps of the adversary; by default 10.", valueName: "n"))
  var steps: Int?
  @Option(
    name: .customLong("adversary-step-size"),
    help: ArgumentHelp("How far one of them moves an element; by default 1.6/255.", valueName: "size"))
  var stepSize: UnitFraction?

  func validate() throws {
    try radius?.check("--adversary-eps")
    try stepSize?.check("--adversary-step-size")
    if let steps, !(1...1000).contains(steps) {
      throw ValidationError("--adversary-steps \(steps): give a number of 1 to 1000.")
    }
    let given = [
      ("--adversary-eps", radius != nil), ("--adversary-steps", steps != nil),
      ("--adversary-step-size", stepSize != nil),
    ]
    if defence != .adversarial, let (name, _) = given.first(where: \.1) {
      throw ValidationError("\(name) is a setting of --defence adversarial; give that too.")
    }
  }

  /// The defence that was chosen.
  ///
  /// - Parameter seed: of what it draws.
  func value(seed: UInt64) -> (any Defence)? {
    switch defence {
    case nil: nil
    case .mixup: Mixup(seed: seed)
    case .cutout: Cutout(seed: seed)
    case .adversarial:
      AdversarialTraining(
        radius: radius?.value ?? 8 / 255, steps: steps ?? 10, stepSize: stepSize?.value ?? 1.6 / 255, seed: seed)
    }
  }
}
