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

extension Column {
  /// Pictures as levels of 0 to 255, those in [0, 1] rounded to the nearest. Precondition: U8 or F32.
  package var levels: [UInt8] { type == .u8 ? bytes : floats.map(Quantization.nearest.level) }

  /// Pictures in [0, 1], levels divided by 255. Precondition: U8 or F32.
  package var unitValues: [Float] { type == .u8 ? bytes.map { Float($0) / 255 } : floats }
}
