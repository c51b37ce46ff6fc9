import Testing

@testable import RecordTools

@Suite struct MedianFilterTests {
  /// The middle one of the sorted square, its edges repeated.
  private static func naive(_ plane: [UInt8], height: Int, width: Int, radius: Int) -> [UInt8] {
    (0..<height * width).map { place in
      let square = (-radius...radius).flatMap { dy in
        (-radius...radius).map { dx in
          let (y, x) = (place / width + dy, place % width + dx)
          return plane[max(0, min(height - 1, y)) * width + max(0, min(width - 1, x))]
        }
      }
      return square.sorted()[square.count / 2]
    }
  }

  @Test(arguments: [(7, 9, 2), (1, 1, 2), (1, 6, 1), (5, 1, 2), (3, 4, 3)])
  func everySampleIsTheMiddleOfItsSquare(_ height: Int, _ width: Int, _ radius: Int) {
    let area = height * width
    let planes = (0..<3 * area).map { UInt8(($0 * 7919 + $0 / area * 104_729) % 256) }
    let filtered = MedianFilter(height: height, width: width, radius: radius).filtered(planes)
    let expected = (0..<3).flatMap {
      Self.naive(Array(planes[$0 * area..<($0 + 1) * area]), height: height, width: width, radius: radius)
    }
    #expect(filtered == expected)
  }

  /// Noise goes and an edge stays where it is.
  @Test func edgesStay() {
    let plane = (0..<64).map { place -> UInt8 in place == 18 ? 0 : place % 8 < 4 ? 40 : 200 }
    let filtered = MedianFilter(height: 8, width: 8, radius: 2).filtered(plane)
    #expect(filtered == (0..<64).map { $0 % 8 < 4 ? 40 : 200 })
  }

  @Test func noPictureIsNoPicture() {
    #expect(MedianFilter(height: 0, width: 5, radius: 2).filtered([]).isEmpty)
  }
}
