import Records
import Testing

@Suite struct QuantizationTests {
  @Test func everyLevelComesBack() {
    for level in 0...255 {
      let value = Float(level) / 255
      #expect(Quantization.nearest.level(value) == UInt8(level))
      #expect(Quantization.nearest.level(min(1, value + 0.001)) == UInt8(level))
      #expect(Quantization.truncate.level(min(1, value + 0.001)) == UInt8(level))
      if level > 0 { #expect(Quantization.truncate.level(value - 0.001) == UInt8(level - 1)) }
    }
  }
}
