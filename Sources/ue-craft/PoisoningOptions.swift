import ArgumentParser
import CommandSupport
import Poisons
import Records

extension Poisoner.Emission: ExpressibleByArgument {}

/// What every attack is told: which records, and what is written.
struct PoisoningOptions: ParsableArguments {
  @OptionGroup var input: InputOptions
  @Option(help: ArgumentHelp("Probability of each record to be poisoned, 0 to 1.", valueName: "share"))
  var rate: Float = 1
  @Option(help: "What is written: pictures (poisoned), or perturbation (in a column; the pictures stay clean).")
  var emit = Poisoner.Emission.pictures
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Computation") var compute: ComputeOptions

  func validate() throws {
    guard (0...1).contains(rate) else { throw ValidationError("--rate \(rate): give a number of 0 to 1.") }
  }

  /// Poisons the records of the input by an attack that takes them as they come.
  ///
  /// - Parameters:
  ///   - share: which records, where not `--rate` alone tells.
  ///   - quantization: how pictures of 8 bits are rounded.
  func run(
    _ poison: any Poison, share: PoisonedShare? = nil, quantization: Quantization = .nearest, quiet: Bool
  ) throws {
    compute.configure()
    let reader = try input.reader()
    let writer = try output.writer(entry: Provenance.entry())
    var poisoner = Poisoner(
      poison, share: share ?? self.share(of: nil), emission: emit, quantization: quantization)
    let summary = try poisoner.run(reader, writer)
    if !quiet { tell(summary) }
  }

  /// Poisons the records of the input by an attack that needs the whole set first.
  ///
  /// - Parameters:
  ///   - models: "sha256:…" of each model that the attack uses.
  ///   - check: is shown every batch as it comes, and throws for one that the attack cannot treat.
  ///   - prepare: looks at the set and makes the attack; it is not asked where no record is to be poisoned.
  func run(
    quiet: Bool, models: [String] = [], check: (ImageBatch) throws -> Void = { _ in },
    _ prepare: (PoisonSet) throws -> any Poison
  ) throws {
    compute.configure()
    let reader = try input.reader()
    let writer = try output.writer(entry: Provenance.entry(models: models))
    let batches = try BatchSpool()
    let spool = try Spool(reader) { batch in
      try check(batch)
      try batches.append(withoutPictures: batch)
    }
    let set = PoisonSet(spool, share: share(of: nil))
    var poisoner = Poisoner(
      set.rows.isEmpty ? NoPerturbation() : try prepare(set), share: share(of: nil), emission: emit)
    let summary = try poisoner.run(batches, pictures: spool, writer)
    if !quiet { tell(summary) }
  }

  /// The records that `--rate` leaves, of all or of a list.
  func share(of list: IDList?) -> PoisonedShare { PoisonedShare(rate: rate, seed: compute.seed, of: list) }

  private func tell(_ summary: Poisoner.Summary) {
    let norm = summary.meanNorm.map { ", mean l2 norm \($0.fixed(3))" } ?? ""
    StandardError.say(
      "\(summary.poisoned) of \(counted(summary.records, "record")) poisoned\(norm); \(summary.clipped) of \(counted(summary.elements, "value")) "
        + "cut to the range of pictures")
    if let settled = summary.settled { StandardError.say(settled) }
  }
}
