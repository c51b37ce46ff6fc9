/// A number that a training loop reports, with the name and the form in which it is shown.
package struct Figure: Sendable, Equatable {
  /// How a figure is written.
  package enum Format: Sendable, Equatable {
    /// With so many digits after the point.
    case fixed(Int)
    /// With so many digits in all, as a power of ten where it is very small or large.
    case significant(Int)
  }

  /// Its name, such as `loss` or `PSNR`; in a log it is the key, in lower case.
  package let name: String
  /// The number itself.
  package let value: Double
  /// How it is shown.
  package let format: Format
  /// Written after the number, such as `dB`; empty for none.
  package let unit: String

  /// A figure to report.
  package init(_ name: String, _ value: Double, _ format: Format = .significant(4), unit: String = "") {
    self.name = name
    self.value = value
    self.format = format
    self.unit = unit
  }
}
