import Glibc

extension Double {
  /// The number with so many digits after the point, never as a power of ten.
  public func fixed(_ digits: Int) -> String { formatted("%.*f", digits) }

  /// The number with so many digits in all.
  public func significant(_ digits: Int) -> String { formatted("%.*g", digits) }

  private func formatted(_ format: String, _ digits: Int) -> String {
    // The longest number, 1e308 in full, has 309 digits before the point.
    var text = [CChar](repeating: 0, count: 330 + digits)
    let count = withVaList([Int32(digits), self]) { vsnprintf(&text, text.count, format, $0) }
    return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A time span as a clock shows it: `0:07`, `12:34`, `3:05:09`.
func clockWords(seconds: Double) -> String {
  // Past a thousand hours, or before anything is known, a number would say nothing.
  guard seconds >= 0, seconds < 3_600_000 else { return "-" }
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  let tail = (rest < 10 ? "0" : "") + "\(rest)"
  return hours > 0 ? "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes):\(tail)" : "\(minutes):\(tail)"
}
