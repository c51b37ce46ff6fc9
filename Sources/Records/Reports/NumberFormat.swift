import Glibc

extension Double {
  /// The number with so many digits after the point, never as a power of ten.
  package func fixed(_ digits: Int) -> String { formatted("%.*f", digits) }

  /// The number with so many digits in all.
  package func significant(_ digits: Int) -> String { formatted("%.*g", digits) }

  /// The number for a table: so many digits after the point, and a dash where there is no number.
  func cell(_ digits: Int) -> String { isNaN ? "-" : fixed(digits) }

  private func formatted(_ format: String, _ digits: Int) -> String {
    // The longest number, 1e308 in full, has 309 digits before the point.
    var text = [CChar](repeating: 0, count: 330 + digits)
    let count = withVaList([Int32(digits), self]) { vsnprintf(&text, text.count, format, $0) }
    return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
