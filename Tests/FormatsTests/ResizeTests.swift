import Formats
import Testing

@Suite struct ResizeTests {
  @Test func sameSizeIsTheSamePicture() {
    let picture = Picture(width: 5, height: 5, channels: 3, pixels: (0..<75).map { UInt8($0 * 3) })
    #expect(picture.squared(to: 5) == picture)
  }

  @Test func aCropKeepsTheMiddle() {
    let pixels = (0..<3).flatMap { row in (0..<7).map { UInt8(row * 10 + $0) } }
    let square = Picture(width: 7, height: 3, channels: 1, pixels: pixels).squared(to: 3)
    #expect(square.pixels == [2, 3, 4, 12, 13, 14, 22, 23, 24])
  }

  /// Halving weighs four samples 1, 3, 3, 1 (fewer at the edges), as Pillow's antialiased filter does.
  @Test func halvingIsAntialiased() {
    let row: [UInt8] = [0, 80, 160, 240]
    let square = Picture(width: 4, height: 4, channels: 1, pixels: row + row + row + row).squared(to: 2)
    // Left: (3·0 + 3·80 + 1·160) / 7; right: (1·80 + 3·160 + 3·240) / 7.
    #expect(square.pixels == [57, 183, 57, 183])
  }

  @Test func enlargingInterpolates() {
    let square = Picture(width: 2, height: 2, channels: 1, pixels: [0, 100, 0, 100]).squared(to: 4)
    #expect(Array(square.pixels[..<4]) == [0, 25, 75, 100])
  }

  @Test(arguments: [(37, 5), (5, 37), (640, 479), (1, 9)]) func evenColorStaysEven(width: Int, height: Int) {
    let picture = Picture(
      width: width, height: height, channels: 3, pixels: [UInt8](repeating: 201, count: width * height * 3))
    for size in [1, 8, 33] {
      let square = picture.squared(to: size)
      #expect(square.width == size && square.height == size)
      #expect(square.pixels.allSatisfy { $0 == 201 })
    }
  }
}
