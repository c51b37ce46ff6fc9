import TestSupport
import Testing

@testable import Compute

@Suite struct NormalNumbersTests {
  private static let sample = normalNumbers(count: 1 << 20, seed: 4, purpose: "test").map { Double($0) }

  /// Mean, variance, skewness and kurtosis, each within five of its standard errors.
  @Test func momentsAreThoseOfTheStandardNormal() {
    let count = Double(Self.sample.count)
    func moment(_ power: Int) -> Double {
      Self.sample.reduce(0) { sum, x in sum + (0..<power).reduce(1.0) { product, _ in product * x } } / count
    }
    #expect(abs(moment(1)) < 5 / count.squareRoot())
    #expect(abs(moment(2) - 1) < 5 * (2 / count).squareRoot())
    #expect(abs(moment(3)) < 5 * (15 / count).squareRoot())
    #expect(abs(moment(4) - 3) < 5 * (96 / count).squareRoot())
  }

  /// The share beyond 1, 2, 3 and 4 on either side, within five standard errors.
  @Test(arguments: [(1.0, 0.158655254), (2, 0.0227501319), (3, 0.00134989803), (4, 3.16712418e-5)])
  func tailsAreThoseOfTheStandardNormal(_ bound: Double, _ share: Double) {
    let count = Double(Self.sample.count)
    let expected = share * count
    #expect(abs(Double(Self.sample.count { $0 > bound }) - expected) < 5 * expected.squareRoot())
    #expect(abs(Double(Self.sample.count { $0 < -bound }) - expected) < 5 * expected.squareRoot())
  }

  @Test func neighboursAreIndependent() {
    let count = Double(Self.sample.count)
    for lag in [1, 2, 16, 32, 64] {
      let sum = zip(Self.sample, Self.sample.dropFirst(lag)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(sum / count) < 5 / count.squareRoot(), "lag \(lag)")
    }
  }

  @Test func aRecordsNumbersDependOnNothingElse() {
    let storage = Storage(count: 3 * 70)
    NormalNumbers(seed: 1, purpose: "latent", records: [7, 8, -1], step: 2).fill(storage) { _ in }
    let together = storage.array
    for (index, record) in [7, 8, -1].enumerated() {
      let alone = normalNumbers(count: 70, seed: 1, purpose: "latent", record: record, step: 2)
      #expect(Array(together[index * 70..<(index + 1) * 70]) == alone)
      // A shorter request gives the beginning of a longer one.
      #expect(normalNumbers(count: 5, seed: 1, purpose: "latent", record: record, step: 2) == Array(alone[0..<5]))
    }
    let records = Set(stride(from: 0, to: 210, by: 70).map { Array(together[$0..<$0 + 70]) })
    #expect(records.count == 3)
    #expect(normalNumbers(count: 5, seed: 1, purpose: "latent", record: 7, step: 3) != Array(together[0..<5]))
    #expect(normalNumbers(count: 5, seed: 2, purpose: "latent", record: 7, step: 2) != Array(together[0..<5]))
  }
}
