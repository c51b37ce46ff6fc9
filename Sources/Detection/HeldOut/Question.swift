import RecordTools

/// What is taken from records before a classifier is asked for their labels again.
///
/// A shortcut lives on little: on fine detail, on exact values, on colours, or on what a D-VAE tells from the picture.
/// What shows in a picture outlives each of these losses mostly, so that a classifier still knows it.
package enum Question: String, Sendable, CaseIterable {
  /// What JPEG of quality 10 drops.
  case jpeg10
  /// What JPEG of quality 30 drops.
  case jpeg30
  /// The colours.
  case gray
  /// The finest detail.
  case blur
  /// The perturbation p̂ that a D-VAE finds.
  case subtracted
  /// All that a D-VAE of a low rate does not reconstruct.
  case reconstructed

  /// How records are changed to ask; nil where a D-VAE has changed them.
  var filter: PictureFilter? {
    switch self {
    case .jpeg10: PictureFilter(.jpeg(quality: 10))
    case .jpeg30: PictureFilter(.jpeg(quality: 30))
    case .gray: PictureFilter(.gray)
    case .blur: PictureFilter(.blur)
    case .subtracted, .reconstructed: nil
    }
  }
}

/// How a classifier saw pictures when it learnt them.
package enum View: String, Sendable, CaseIterable {
  /// As they are: where a mark lies is half of what it is.
  case plain
  /// Cropped and mirrored at random, and for long: what outlives that is learnt last, such as smooth perturbations.
  case augmented
  /// With their finest detail amplified (`ue-squeeze sharpen`): noise that a classifier of plain pictures learns late, such
  /// as an autoregressive one, is what it learns first.
  case sharpened
}
