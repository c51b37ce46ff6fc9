import Compute

/// The search for a class's autoregressive process among random ones (METHODS 4.7).
///
/// A candidate is taken whose runs do not diverge, and whose first run, of norm 1, the filter of every class before answers
/// strongly. Sixteen candidates run at a time, one in each lane of a vector.
struct AutoregressiveSearch {
  /// What was found for a class.
  struct Result {
    let filter: AutoregressiveFilter
    /// The weakest answer of a filter before to a run of this process, in terms of 32×32 elements; nil for the first class.
    let answer: Float?
  }

  private typealias Lanes = SIMD16<Float>

  private static let trials = 3
  /// A run of 3×32×32 elements with a larger l2 norm belongs to a process that diverges.
  private static let largestNorm: Float = 50
  private let channels: Int
  /// Of the pictures on which processes are tried.
  private let height: Int
  private let width: Int
  private let seed: UInt64
  /// After so many candidates in vain the best of them is taken.
  private let patience: Int

  /// A search on pictures [channels, height, width] that gives up after so many candidates.
  init(channels: Int, height: Int, width: Int, seed: UInt64, patience: Int = 1 << 18) {
    (self.channels, self.height, self.width, self.seed) = (channels, height, width, seed)
    self.patience = patience
  }

  /// The first candidate that all of `filters` answer with at least `wanted`, in terms of pictures of 32×32 elements; where
  /// none of many is, the one whose weakest answer is strongest.
  func process(of label: Int, besides filters: [AutoregressiveFilter], wanted: Float) -> Result {
    // Answers grow with the square root of the number of places that they are summed over.
    let scale = Float((height - 2) * (width - 2)).squareRoot() / 30
    var best: Result?
    var block = 0
    while true {
      for candidate in candidates(block, of: label) where isStable(candidate, of: label) {
        let weakest = weakestAnswer(of: filters, to: candidate.run, above: (best?.answer ?? 0) * scale)
        guard let weakest else { return Result(filter: candidate.filter, answer: nil) }
        let result = Result(filter: candidate.filter, answer: weakest / scale)
        if weakest >= wanted * scale { return result }
        if weakest > (best?.answer ?? -1) * scale { best = result }
      }
      block += 1
      if let best, block * Lanes.scalarCount >= patience { return best }
    }
  }

  /// A process whose first run does not diverge.
  private struct Candidate {
    let filter: AutoregressiveFilter
    /// Its number among the candidates of its class.
    let attempt: Int
    /// The first run, planar [C, H, W].
    let run: [Float]
  }

  /// A block of random filters, those of them whose first run does not diverge.
  private func candidates(_ block: Int, of label: Int) -> [Candidate] {
    let count = Lanes.scalarCount
    let numbers = normalNumbers(
      count: 8 * channels * count, seed: seed, purpose: "ar filter", record: label, step: block)
    let filters = (0..<count).map { lane in
      AutoregressiveFilter(normalNumbers: numbers[8 * channels * lane..<8 * channels * (lane + 1)])
    }
    let signal = firstRun(filters, block, of: label)
    var squares = Lanes.zero
    forEachKept { place in squares += signal[place] * signal[place] }
    return (0..<count).compactMap { lane in
      guard squares[lane].squareRoot() <= longest else { return nil }
      var run: [Float] = []
      run.reserveCapacity(channels * height * width)
      forEachKept { place in run.append(signal[place][lane]) }
      return Candidate(filter: filters[lane], attempt: block * count + lane, run: run)
    }
  }

  /// The largest norm of a run.
  private var longest: Float { Self.largestNorm * (Float(channels * height * width) / 3072).squareRoot() }

  /// The processes of all lanes on one start, whose first two rows and columns are noise: [C, rows, columns] with the
  /// places that are cropped away.
  private func firstRun(_ filters: [AutoregressiveFilter], _ block: Int, of label: Int) -> [Lanes] {
    let (rows, columns) = (height + AutoregressiveFilter.cropped, width + AutoregressiveFilter.cropped)
    let starts = normalNumbers(
      count: channels * (2 * columns + 2 * (rows - 2)), seed: seed, purpose: "ar start", record: label, step: block)
    var start = starts.makeIterator()
    var signal = [Lanes](repeating: .zero, count: channels * rows * columns)
    for channel in 0..<channels {
      let weights = (0..<8).map { place in
        Lanes(filters.map { $0.coefficients[channel][place] })
      }
      signal.withUnsafeMutableBufferPointer { signal in
        for row in 0..<rows {
          for column in 0..<columns {
            let place = (channel * rows + row) * columns + column
            guard row >= 2, column >= 2 else {
              signal[place] = Lanes(repeating: start.next() ?? 0)
              continue
            }
            let corner = place - 2 * columns - 2
            var sum = weights[0] * signal[corner]
            sum += weights[1] * signal[corner + 1]
            sum += weights[2] * signal[corner + 2]
            sum += weights[3] * signal[corner + columns]
            sum += weights[4] * signal[corner + columns + 1]
            sum += weights[5] * signal[corner + columns + 2]
            sum += weights[6] * signal[corner + 2 * columns]
            sum += weights[7] * signal[corner + 2 * columns + 1]
            signal[place] = sum
          }
        }
      }
    }
    return signal
  }

  /// Calls `body` with the places of a signal that are left when its start is cropped away, plane by plane.
  private func forEachKept(_ body: (_ place: Int) -> Void) {
    let cropped = AutoregressiveFilter.cropped
    let (rows, columns) = (height + cropped, width + cropped)
    for channel in 0..<channels {
      for row in cropped..<rows {
        for column in cropped..<columns { body((channel * rows + row) * columns + column) }
      }
    }
  }

  /// Whether the further runs of a candidate do not diverge either.
  private func isStable(_ candidate: Candidate, of label: Int) -> Bool {
    (1..<Self.trials).allSatisfy { trial in
      let run = candidate.filter.picture(
        height: height, width: width, seed: seed, purpose: "ar trial", record: label,
        step: candidate.attempt * Self.trials + trial)
      return Float(run.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()) <= longest
    }
  }

  /// The weakest answer of the filters to a run at norm 1; 0 as soon as one is no stronger than `limit`, nil without any.
  private func weakestAnswer(of filters: [AutoregressiveFilter], to run: [Float], above limit: Float) -> Float? {
    guard !filters.isEmpty else { return nil }
    let trial = scaled(run, toNorm: 1)
    var weakest = Float.infinity
    for filter in filters {
      weakest = min(weakest, filter.response(to: trial, height: height, width: width))
      if weakest <= limit { return 0 }
    }
    return weakest
  }
}
