import ArgumentParser
import CommandSupport
import Detection
import Models
import Records

/// Detail that records give each other, and what a classifier of other records, or of these, makes of it.
struct DetailSwapOptions: PassingOptions {
  static let passing: [PassingOption] = [.flag("--sharpen")]

  @Flag(
    help: """
      For the verdict: the model was trained on other records of the set; ask it about these with their detail swapped.
      """)
  var heldOut = false
  @Flag(
    help: """
      The same of a model that was trained on these very records, cropped and mirrored (cls-train without
      --no-augmentation).
      """)
  var learnt = false
  @Flag(help: "The model was trained on sharpened pictures (ue-squeeze sharpen): show it such.")
  var sharpen = false

  /// Whether a verdict by detail is asked for.
  var isAsked: Bool { heldOut || learnt }

  /// The verdict on records by a classifier of the others, or of them.
  ///
  /// - Throws: what the swaps throw.
  func verdict(_ loaded: ModelFile.Loaded<any Classifier>, _ reader: RecordReader) throws -> Verdict {
    let swap = try DetailSwap(loaded.model, classes: loaded.classes, sharpens: sharpen, reader)
    return Verdict(try swap.evidence(of: learnt ? .learnt : .heldOut))
  }
}
