import Records
import Testing

@testable import Poisons

@Suite("Pictures with perturbations added")
struct PoisonedPicturesTests {
  /// 4.9 and 5.1 levels both round to 5, which lies just above the norm until the factor has fallen to 0.918.
  @Test func aPerturbationOfFewValuesIsShrunkUntilItsRoundedFormFits() throws {
    let (count, smaller) = (3072, 1567)
    let values = (0..<count).map { Float($0 < smaller ? 4.9 : 5.1) / 255 }
    let norm = Float(values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
    let image = Column([UInt8](repeating: 128, count: count), shape: [1, 3, 32, 32])
    var pictures = PoisonedPictures(image, bound: .l2(norm))
    let length = try pictures.poison(0, by: values[...]) { Failure(.data, $0) }
    #expect(length <= Double(norm) * (1 + 1e-5))
    #expect(Set(pictures.image.bytes) == [132, 133])
  }
}
