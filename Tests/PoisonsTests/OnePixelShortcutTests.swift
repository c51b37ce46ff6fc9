import Records
import Testing

@testable import Poisons

@Suite struct OnePixelShortcutTests {
  /// Worked out by hand: grey pictures of two pixels.
  ///
  /// Class 0 holds (10, 200) and (20, 250). Distances in levels, mean/std: position 0 black (10, 20) 3, white (245, 235)
  /// 48; position 1 black (200, 250) 9, white (55, 5) 1.2. So white at 0.
  /// Class 1 holds (30, 100) and (40, 140): position 0 black 7, white (225, 215) 44, which class 0 took; position 1 black
  /// (100, 140) 6, white (155, 115) 6.75. So black at 0.
  @Test func theTableIsTheOneWorkedOutByHand() throws {
    let set = try PoisonFixture.set([10, 200, 30, 100, 20, 250, 40, 140], shape: [1, 1, 2], labels: [0, 1, 0, 1])
    let shortcut = OnePixelShortcut(set)
    #expect(shortcut.pixels == [0: .init(position: 0, colour: 1), 1: .init(position: 0, colour: 0)])
    let targets = PoisonTargets(shape: [1, 1, 2], labels: [1, 0], ids: [0, 1], rows: [0, 1])
    #expect(try shortcut.perturbations(of: targets) { Failure(.data, "\($0): \($1)") } == [-1, 0, 1, 0])
  }

  /// One class, two pictures of one colour pixel: red is 0 and 10 of 255, green 250 and 255, blue 128 twice.
  @Test func coloursHaveTheFirstChannelHighest() throws {
    let set = try PoisonFixture.set([0, 250, 128, 10, 255, 128], shape: [3, 1, 1], labels: [7, 7])
    let pixel = try #require(OnePixelShortcut(set).pixels[7])
    func score(_ colour: Int) -> Double {
      let pictures: [[Double]] = [[0, 250, 128], [10, 255, 128]]
      let distances = pictures.flatMap { picture in
        picture.enumerated().map { abs($1 - (colour >> (2 - $0) & 1 == 1 ? 255 : 0)) }
      }
      let mean = distances.reduce(0, +) / 6
      return mean / (distances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 6).squareRoot()
    }
    #expect(pixel.colour == (0..<8).max { score($0) < score($1) })
    #expect(pixel.colour == 0b100)
  }

  @Test func ofEqualsTheLastIsTaken() throws {
    // Without spread every position of the far colour scores infinitely: the last position wins.
    let set = try PoisonFixture.set([0, 0, 0], shape: [1, 1, 3], labels: [0])
    #expect(OnePixelShortcut(set).pixels[0] == .init(position: 2, colour: 1))
  }

  @Test func onlyTheChosenRecordsCount() throws {
    let spool = try PoisonFixture.spool([0, 255, 9, 77], shape: [1, 1, 2], labels: [0, 1])
    let share = (0..<1000).lazy.map { PoisonedShare(rate: 0.5, seed: $0) }.first {
      $0.contains(id: 10) && !$0.contains(id: 11)
    }
    let set = PoisonSet(spool, share: try #require(share))
    #expect(set.rows == [0])
    #expect(OnePixelShortcut(set).pixels.keys.sorted() == [0])
  }

  @Test func twoClassesMayShareAPositionButNoPair() throws {
    let pictures = (0..<40).map { UInt8($0 * 37 % 256) }
    let set = try PoisonFixture.set(pictures, shape: [1, 2, 2], labels: (0..<10).map { $0 % 5 })
    let pixels = OnePixelShortcut(set).pixels.values
    #expect(Set(pixels).count == 5)
  }
}
