import Adversaries
import ArgumentParser
import CommandSupport
import Models
import Poisons
import Records
import Training

/// How far any element of a picture may move.
struct RadiusOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most that an element may move, pictures lying in 0 to 1; by default 8/255.", valueName: "size"))
  var eps: UnitFraction?

  /// On the unit scale.
  var radius: Float { eps?.value ?? 8 / 255 }

  func validate() throws { try eps?.check("--eps") }

  /// - Throws: a usage failure for pictures of 8 bits that the radius would leave as they are: before the work, not after.
  func check(_ batch: ImageBatch) throws {
    guard let eps, batch.image?.type == .u8, PerturbationBound.maximum(radius).levels ?? 1 < 1 else { return }
    throw Failure(
      .usage, "--eps \(eps): less than 1/255, and pictures of 8 bits move by a whole level or not at all; give more")
  }
}

/// The surrogate that an attack trains.
struct SurrogateFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The network that stands in for the one to be misled: \(ClassifierNetwork.allValueStrings.joined(separator: ", ")); "
        + "by default \(ClassifierNetwork.standard.rawValue).", valueName: "surrogate"))
  var surrogate: ClassifierNetwork?
  @Option(help: ArgumentHelp("The surrogate's width, as that of cls-train; by default 64.", valueName: "n"))
  var width: Int?
  @Option(
    help: ArgumentHelp(
      "Passes over the set in which the surrogate is trained; by default the attack's.", valueName: "n"))
  var epochs: Int?
  @Option(help: ArgumentHelp("Records a step.", valueName: "n"))
  var batch = 128

  func validate() throws {
    if let width, !(1...4096).contains(width) { throw ValidationError("--width \(width): give a number of 1 to 4096.") }
    if let epochs, !(1...100_000).contains(epochs) {
      throw ValidationError("--epochs \(epochs): give a number of 1 to 100000.")
    }
    guard (1...65536).contains(batch) else { throw ValidationError("--batch \(batch): give a number of 1 to 65536.") }
  }

  /// Whether any of it was given but the batch, which serves the perturbations too.
  var isChosen: Bool { surrogate != nil || width != nil || epochs != nil }

  /// The attack's recipe with what was given in place of its own.
  func options(epochs recipe: Int, seed: UInt64) -> SurrogateOptions {
    var options = SurrogateOptions(epochs: epochs ?? recipe, seed: seed)
    options.network = surrogate ?? .standard
    options.width = width ?? 64
    options.recipe.batch = batch
    return options
  }
}

/// Classifiers that exist already, in place of a surrogate to be trained.
struct SurrogateModelOption: ParsableArguments {
  @Option(
    name: .customLong("surrogate-model"),
    help: ArgumentHelp(
      "A classifier of cls-train in place of a surrogate trained here; may be given several times.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  /// - Throws: `ValidationError` where classifiers are given together with the options of one to be trained.
  func check(against surrogate: SurrogateFlags) throws {
    guard !files.isEmpty, surrogate.isChosen else { return }
    throw ValidationError(
      "--surrogate, --width and --epochs are for a surrogate trained here; --surrogate-model gives one that is.")
  }

  /// The classifiers given, or else those of a training; and the digests of those given.
  func surrogates(
    _ limits: StreamLimits, else training: SurrogateOptions
  ) throws -> (surrogates: Surrogates, digests: [String]) {
    let loaded = try files.map { file in
      try ModelFile.load(file, limits: limits) { try ClassifierDocument.load($0, name: $1) }
    }
    guard let first = loaded.first else { return (.trained(training), []) }
    for (file, other) in zip(files, loaded) where other.classes.names != first.classes.names {
      throw Failure(
        .data, "\(file) and \(files[0]) do not name the same classes in the same order; train them on one set")
    }
    let digests = loaded.map(\.digest)
    return (.given(loaded.map(\.model), digests: digests, classes: first.classes), digests)
  }

  func validate() throws {
    if files.contains("-") { throw ValidationError("--surrogate-model -: name a file; standard input is for records.") }
  }
}
