import ArgumentParser
import CommandSupport
import Poisons

extension Poisoner.Emission: ExpressibleByArgument {}

/// What every attack is told: which records, and what is written.
struct PoisoningOptions: ParsableArguments {
  @OptionGroup var input: InputOptions
  @Option(help: ArgumentHelp("Chance of each record to be poisoned, 0 to 1.", valueName: "share"))
  var rate: Float = 1
  @Option(help: "What is written: pictures (poisoned), or perturbation (in a column; the pictures stay clean).")
  var emit = Poisoner.Emission.pictures
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Computation") var compute: ComputeOptions
  @Flag(name: [.short, .long], help: "Say nothing of how it went.")
  var quiet = false

  func validate() throws {
    guard (0...1).contains(rate) else { throw ValidationError("--rate \(rate): give a number of 0 to 1.") }
  }

  /// Poisons the records of the input by the attack and writes them.
  func run(_ poison: any Poison) throws {
    compute.configure()
    let reader = try input.reader()
    let writer = try output.writer(entry: Provenance.entry())
    var poisoner = Poisoner(poison, rate: rate, emission: emit, seed: compute.seed)
    try FilterLoop.run(reader, writer) { batch, start in
      try poisoner.apply(batch, startingAt: start) { reader.failure(record: $0, $1) }
    }
    guard !quiet else { return }
    let summary = poisoner.summary
    let norm = summary.meanNorm.map { ", mean l2 norm \($0.fixed(3))" } ?? ""
    StandardError.say("\(summary.poisoned) of \(summary.records) records poisoned\(norm)")
  }
}
