import ArgumentParser
import CommandSupport
import Detection
import Models
import Records

/// Detail that records give each other, and what a classifier of other records makes of it.
struct HeldOutOptions: PassingOptions {
  static let passing: [PassingOption] = [.flag("--sharpen")]

  @Flag(
    help: "For the verdict: the model was trained on other records of the set; ask it about these with their detail swapped.")
  var heldOut = false
  @Flag(help: "The model was trained on sharpened pictures (ue-squeeze sharpen): show it such.")
  var sharpen = false

  /// The verdict on held-out records by a classifier of the others.
  ///
  /// - Throws: what the swaps throw.
  func verdict(_ loaded: ModelFile.Loaded<any Classifier>, _ reader: RecordReader) throws -> Verdict {
    Verdict(try DetailSwap(loaded.model, classes: loaded.classes, sharpens: sharpen, reader).evidence())
  }
}
