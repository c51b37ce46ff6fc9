import Records
import TestSupport
import Testing

/// Labels of records by the numbers of a model that was trained on others.
@Suite struct ClassMatchingTests {
  private final class Notes {
    var words: [String] = []
  }

  private let notes = Notes()

  private func matching(_ names: [String]?, count: Int = 3) -> ClassMatching {
    ClassMatching(count: count, names: names) { [notes] in notes.words.append($0) }
  }

  private func numbers(
    _ matching: ClassMatching, _ labels: [Int], of classes: [String]?, rows: [Int]? = nil
  ) throws -> [Int] {
    try matching.numbers(labels, of: classes, rows: rows) { Failure(.data, "record \($0): \($1)") }
  }

  @Test func oneOrderNeedsNoWord() throws {
    #expect(try numbers(matching(["ant", "bee", "cow"]), [2, 0, 1], of: ["ant", "bee", "cow"]) == [2, 0, 1])
    #expect(notes.words.isEmpty)
  }

  @Test func anotherOrderIsMappedAndTold() throws {
    let matching = matching(["ant", "bee", "cow"])
    #expect(try numbers(matching, [0, 1, 2], of: ["cow", "ant", "bee"]) == [2, 0, 1])
    #expect(try numbers(matching, [0, 1], of: ["cow", "ant", "bee"]) == [2, 0])
    #expect(
      notes.words == [
        "note: the model was trained on the classes ant, bee, cow, the records name cow, ant, bee: they are matched by name"
      ])
  }

  @Test func aClassThatIsMissingMovesNoOther() throws {
    #expect(try numbers(matching(["ant", "bee", "cow"]), [1, 0], of: ["ant", "cow"]) == [2, 0])
    #expect(notes.words.count == 1)
  }

  /// A name that no record bears is no fault.
  @Test func anUnknownClassIsNamed() throws {
    let matching = matching(["ant", "bee", "cow"])
    #expect(try numbers(matching, [0], of: ["cow", "\u{1B}dog"]) == [2])
    let fault = #expect(throws: Failure.self) { try numbers(matching, [0, 1], of: ["cow", "\u{1B}dog"]) }
    #expect(
      fault?.message == "record 1: the model does not know its class \"\\u{1b}dog\"; it knows ant, bee, cow")
    #expect(try numbers(matching, [0, 1], of: ["cow", "\u{1B}dog"], rows: [0])[0] == 2)
  }

  @Test func withoutNamesNumbersAreAllThereIs() throws {
    for (names, classes) in [(nil, nil), (["a", "b", "c"], nil), (nil, ["a", "b"])] as [([String]?, [String]?)] {
      notes.words = []
      let matching = matching(names)
      #expect(try numbers(matching, [2, 0], of: classes) == [2, 0])
      let isSilent = names == nil && classes == nil
      #expect(notes.words.count == (isSilent ? 0 : 1))
      #expect(notes.words.allSatisfy { $0.hasSuffix("labels are taken for the model's numbers") })
      let fault = #expect(throws: Failure.self) { try numbers(matching, [0, 3], of: classes) }
      #expect(fault?.message == "record 1: label 3 is not one of the model's 3 classes")
      #expect(throws: Failure.self) { try numbers(matching, [-1], of: classes) }
    }
  }

  @Test func namesThatOccurTwiceCannotBeMatched() throws {
    #expect(try numbers(matching(["a", "a", "b"]), [1], of: ["a", "a", "b"]) == [1])
    #expect(throws: Failure.self) { try numbers(matching(["a", "a", "b"]), [1], of: ["b", "a"]) }
    #expect(throws: Failure.self) { try numbers(matching(["a", "c", "b"]), [1], of: ["b", "b"]) }
  }

  /// A model may have more classes than names, and no more names than classes.
  @Test func labelsWithoutANameAreUnknown() throws {
    #expect(throws: Failure.self) { try numbers(matching(["a", "b"]), [2], of: ["b", "a"]) }
  }

  @Test func modelsKeepTheirNames() throws {
    let model = try ModelDocument(
      arch: "x", config: [:], classes: ["b", "\u{10FF80}"], tensors: ["w": Column([Float(1)], shape: [1])])
    let folder = try TemporaryFolder()
    let file = try OutputFile.create(folder.file("m"))
    try model.write(to: file)
    try file.commit()
    #expect(try ModelDocument.read(InputFile.open(folder.file("m"))) == model)
  }
}
