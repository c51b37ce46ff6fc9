/// How a picture in [0, 1] becomes one of 256 levels.
package enum Quantization: String, Sendable, CaseIterable {
  /// To the nearest level: no bias.
  case nearest
  /// Down to the next level, as the official code does: costs half a level a pass.
  case truncate

  /// The level of a value in [0, 1].
  package func level(_ value: Float) -> UInt8 {
    UInt8(clamping: Int(self == .nearest ? (value * 255).rounded() : (value * 255).rounded(.towardZero)))
  }
}
