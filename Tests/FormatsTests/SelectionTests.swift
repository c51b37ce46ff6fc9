import Records
import Testing

@testable import Formats

@Suite struct SelectionTests {
  private static let names = ["ape", "bee", "3", "cat"]

  /// Positions and labels that go on of a data set with the labels 0, 1, 2, 3, 0, 1, …
  private func kept(_ selection: Selection, of count: Int = 12) throws -> [[Int]] {
    var choice = try Choice(selection, among: Self.names)
    return (0..<count).compactMap { id in choice.admit(id % 4).map { [id, $0] } }
  }

  @Test func allWithoutAWish() throws {
    #expect(try kept(Selection(), of: 3) == [[0, 0], [1, 1], [2, 2]])
    #expect(try Choice(Selection(), among: Self.names).classes == Self.names)
  }

  @Test func classesAreNumberedInTheOrderGiven() throws {
    let selection = Selection(classes: ["cat", "ape"])
    #expect(try kept(selection, of: 8) == [[0, 1], [3, 0], [4, 1], [7, 0]])
    #expect(try Choice(selection, among: Self.names).classes == ["cat", "ape"])
  }

  @Test func aNameGoesBeforeANumber() throws {
    #expect(try kept(Selection(classes: ["3"]), of: 4) == [[2, 0]])
    #expect(try kept(Selection(classes: ["1"]), of: 4) == [[1, 0]])
    #expect(try Choice(Selection(classes: ["1"]), among: Self.names).classes == ["bee"])
  }

  @Test func offsetAndLimitCountWhatTheClassesLeave() throws {
    #expect(try kept(Selection(classes: ["bee"], offset: 1, limit: 1)) == [[5, 0]])
    #expect(try kept(Selection(offset: 10)) == [[10, 2], [11, 3]])
    #expect(try kept(Selection(limit: 0)).isEmpty)
    #expect(try kept(Selection(offset: 100)).isEmpty)
  }

  @Test func withdrawingMakesRoomForAnother() throws {
    var choice = try Choice(Selection(limit: 1), among: nil)
    #expect(choice.admit(5) == 5)
    #expect(choice.isComplete)
    choice.withdraw()
    #expect(!choice.isComplete)
    #expect(choice.admit(6) == 6)
    #expect(choice.admit(7) == nil)
  }

  @Test func unnamedClassesGoByNumber() throws {
    var choice = try Choice(Selection(classes: ["7", "2"]), among: nil)
    #expect(choice.admit(2) == 1)
    #expect(choice.admit(3) == nil)
    #expect(choice.classes == ["7", "2"])
  }

  @Test func strangeClassesAreRefused() {
    for words in [["dog"], ["4"], ["-1"], ["ape", "0"], ["ape", "ape"], []] {
      let failure = #expect(throws: Failure.self, "\(words)") {
        try Choice(Selection(classes: words), among: Self.names)
      }
      #expect(failure?.kind == .usage)
    }
    #expect(throws: Failure.self) { try Choice(Selection(classes: ["ape"]), among: nil) }
  }
}
