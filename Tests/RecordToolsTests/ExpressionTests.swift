import Records
import Testing

@testable import RecordTools

@Suite struct ExpressionTests {
  private let batch: ImageBatch

  init() throws {
    batch = try ImageBatch(
      columns: [
        "image": Column([UInt8](repeating: 7, count: 12), shape: [4, 3, 1, 1]),
        "label": Column([3, 3, 0, 1] as [Int], shape: [4]),
        "id": Column([9_007_199_254_740_993, 9_007_199_254_740_992, -5, 0], shape: [4]),
        "flag": Column([1, 0, 1, 0] as [UInt8], shape: [4]),
        "score": Column([0.5, .nan, -1, 2] as [Float], shape: [4]),
        "half": Column(type: .f16, shape: [4, 1], bytes: [0, 0x3C, 0, 0x40, 0, 0, 0, 0xBC]),
        "brain": Column(type: .bf16, shape: [4], bytes: [0x80, 0x3F, 0, 0x40, 0, 0, 0x80, 0xBF]),
        "huge": Column(
          type: .u64, shape: [4], bytes: [UInt8](repeating: 255, count: 8) + [UInt8](repeating: 0, count: 24)),
      ], classes: ["cat", "dog", "a \"b\"", "d"])
  }

  private func rows(_ text: String) throws -> [Int] {
    try Expression(parsing: text).matches(batch).enumerated().filter(\.element).map(\.offset)
  }

  private static let conditions: [(String, [Int])] = [
    ("label == 3 && flag == 1", [0]),
    ("label==3&&flag==1", [0]),
    ("  flag  ", [0, 2]),
    ("!flag", [1, 3]),
    ("! ! flag", [0, 2]),
    ("label == 0 || label == 1 && flag == 0", [2, 3]),
    ("(label == 0 || label == 1) && flag == 0", [3]),
    ("!(label == 3)", [2, 3]),
    ("label != 3", [2, 3]),
    ("label < 1", [2]),
    ("label <= 1", [2, 3]),
    ("label > 1", [0, 1]),
    ("label >= 1", [0, 1, 3]),
    ("label == 'cat'", [2]),
    ("\"d\" == label", [0, 1]),
    ("label == 'a \"b\"'", []),
    ("score >= 0.5", [0, 3]),
    ("score > -1e0", [0, 3]),
    ("score == score", [0, 2, 3]),
    ("score != score", [1]),
    ("score < 5e-1", [2]),
    ("id == 9007199254740993", [0]),
    ("id == -5", [2]),
    ("id < +1", [2, 3]),
    ("half == 1", [0]),
    ("half == -1", [3]),
    ("brain == 2", [1]),
    ("huge > 1e19", [0]),
    ("1", [0, 1, 2, 3]),
    ("(label == 3) == flag", [0, 3]),
  ]

  @Test(arguments: conditions) func recordsThatMeetACondition(_ text: String, _ expected: [Int]) throws {
    #expect(try rows(text) == expected)
  }

  @Test(arguments: [
    ("", 1, "expected a column, a number or a class name, and it ends"),
    ("label = 3", 7, "expected &&, || or the end, found \"=\"; write == to compare"),
    ("label == 3 & flag", 12, "found \"&\"; write && for both"),
    ("label == 3 | flag", 12, "found \"|\"; write || for either"),
    ("label == ", 10, "expected a column, a number or a class name, and it ends"),
    ("(label == 3", 12, "expected &&, || or ), and it ends"),
    ("label == 3)", 11, "expected &&, || or the end, found \")\""),
    ("label == 'cat", 10, "this quotation is not closed"),
    ("label == 3x", 10, "\"3x\" is no number"),
    ("label == 0x10", 10, "\"0x10\" is no number"),
    ("label == 1e999", 10, "\"1e999\" is no number"),
    ("label == -", 10, "\"-\" is no number"),
    ("1 < label < 3", 11, "expected &&, || or the end, found \"<\""),
    ("label == 3 && && flag", 15, "expected a column, a number or a class name, found \"&\""),
    ("a % 2", 3, "found \"%\""),
  ]) func whatIsNoConditionIsRefusedWithItsPlace(_ text: String, _ place: Int, _ words: String) throws {
    let fault = #expect(throws: Failure.self) { try Expression(parsing: text) }
    #expect(fault?.kind == .usage)
    #expect(fault?.message.contains("character \(place) of the condition") == true, "\(fault?.message ?? "")")
    #expect(fault?.message.contains(words) == true, "\(fault?.message ?? "")")
  }

  @Test func depthIsLimitedAndLengthIsNot() throws {
    let deep = String(repeating: "(", count: 101) + "1" + String(repeating: ")", count: 101)
    #expect(throws: Failure.self) { try Expression(parsing: deep) }
    #expect(throws: Failure.self) { try Expression(parsing: String(repeating: "!", count: 100_000) + "1") }
    let long = Array(repeating: "label == 0", count: 5000).joined(separator: " || ")
    #expect(try rows(long) == [2])
  }

  @Test func aNameOfTwoClassesIsNoNumber() throws {
    var batch = try ImageBatch(columns: ["label": Column([0, 1], shape: [2])])
    batch.classes = ["crane", "crane"]
    let fault = #expect(throws: Failure.self) { try Expression(parsing: "label == 'crane'").matches(batch) }
    #expect(fault?.kind == .usage && fault?.message.contains("the classes [0, 1] are all called \"crane\"") == true)
  }

  private static let mistakes: [(String, Failure.Kind, String)] = [
    ("missing == 1", .data, "the column \"missing\"; these records have image, label, id"),
    ("label == 1 && missing", .data, "the column \"missing\""),
    ("image == 1", .data, "\"image\", which holds [3, 1, 1] values a record"),
    ("label == 'bird'", .usage, "there is no class \"bird\"; the classes are cat, dog"),
  ]

  @Test(arguments: mistakes) func whatTheRecordsLackIsNamed(_ text: String, _ kind: Failure.Kind, _ words: String)
    throws
  {
    let fault = #expect(throws: Failure.self) { try rows(text) }
    #expect(fault?.kind == kind)
    #expect(fault?.message.contains(words) == true, "\(fault?.message ?? "")")
  }
}
