import Records
import Training

extension Figure {
  /// Name, number and unit: `PSNR 24.1 dB`.
  package var words: String {
    let number =
      switch format {
      case .fixed(let digits): value.fixed(digits)
      case .significant(let digits): value.significant(digits)
      }
    return "\(name) \(number)" + (unit.isEmpty ? "" : " \(unit)")
  }

  /// The key in a log: the name in lower case, with `_` for what is neither letter nor digit.
  package var key: String {
    String(name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }
}
