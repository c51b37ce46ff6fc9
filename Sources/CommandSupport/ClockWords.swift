/// A time span as a clock shows it: `0:07`, `12:34`, `3:05:09`.
func clockWords(seconds: Double) -> String {
  // Past a thousand hours, or before anything is known, a number would say nothing.
  guard seconds >= 0, seconds < 3_600_000 else { return "-" }
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  let tail = (rest < 10 ? "0" : "") + "\(rest)"
  return hours > 0 ? "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes):\(tail)" : "\(minutes):\(tail)"
}
