import ArgumentParser
import CommandSupport
import Poisons
import TrainerSupport

/// What every attack is told that works for long.
struct SetAttackOptions: ParsableArguments {
  @OptionGroup var poisoning: PoisoningOptions
  @OptionGroup var size: RadiusOption
  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions
  @OptionGroup(title: "Progress") var watching: ProgressOptions

  /// On the unit scale.
  var radius: Float { size.radius }
  var seed: UInt64 { poisoning.compute.seed }

  /// Poisons the records of the input.
  ///
  /// With a checkpoint a signal to stop lets the attack come to the end of its step.
  /// - Parameter models: "sha256:…" of each model that the attack uses.
  func run(_ attack: any SetAttack, models: [String] = []) throws {
    let checkpoint = try checkpoints.open(limits: poisoning.input.limits)
    let progress = try watching.progress(continues: checkpoints.resumes)
    try poisoning.run(quiet: watching.quiet, models: models, check: size.check) { set in
      try checkpoints.finishingSteps {
        try attack.perturbations(set, checkpoint: checkpoint, report: progress.report)
      }
    }
    try progress.finish()
    try checkpoint?.finish()
  }
}
