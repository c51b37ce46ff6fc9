import ArgumentParser
import CommandSupport
import Training

/// A range of PSNR on the command line, `LOW:HIGH` in dB.
struct DecibelRange: ExpressibleByArgument, CustomStringConvertible {
  let low: Double
  let high: Double

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = Double(parts[0]), let high = Double(parts[1]), low.isFinite, high.isFinite,
      low <= high
    else { return nil }
    self.low = low
    self.high = high
  }

  var description: String { "\(low):\(high)" }

  /// What to say when the PSNR among the figures lies outside the range; nil when it lies within.
  func warning(about figures: [Figure]) -> String? {
    guard let psnr = figures.first(where: { $0.name == "PSNR" })?.value, !(low...high).contains(psnr) else {
      return nil
    }
    let advice = psnr < low ? "train longer or raise --kld" : "lower --kld"
    return "the PSNR of \(psnr.fixed(2)) dB lies outside \(low.fixed(1)) to \(high.fixed(1)) dB; \(advice)"
  }
}
