#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// The peak signal-to-noise ratio in dB of a mean squared error on the unit scale, −10·log₁₀(error) (METHODS 7.6).
package func peakSignalToNoise(_ meanSquaredError: Double) -> Double {
  -10 * log10(meanSquaredError)
}
