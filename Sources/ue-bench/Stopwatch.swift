import Dispatch

/// Times of repeated work.
enum Stopwatch {
  /// The median time of a call in seconds, after one call to warm up, over calls that fill the given time, at least three.
  static func median(seconds: Double, of body: () throws -> Void) rethrows -> Double {
    try body()
    let times = try times(seconds: seconds, of: body).sorted()
    return times[times.count / 2]
  }

  /// The times of calls that fill the given time, at least three.
  static func times(seconds: Double, of body: () throws -> Void) rethrows -> [Double] {
    let start = now
    var times: [Double] = []
    while times.count < 3 || now - start < seconds {
      let before = now
      try body()
      times.append(now - before)
    }
    return times
  }

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}
