import Models
import OrderedCollections
import Records
import Testing
import Training

@Suite struct ClassifierDocumentTests {
  private func document(
    change: (inout [String: JSON]) -> Void = { _ in },
    tensors: (inout OrderedDictionary<String, Column>) -> Void = { _ in }
  ) throws -> ModelDocument {
    let model = ClassifierConfiguration(classes: 3, width: 4).build(seed: 1)
    let whole = try ClassifierDocument.make(model, training: ["epochs": 3], classes: nil, history: [])
    var (config, columns) = (whole.config, whole.tensors)
    change(&config)
    tensors(&columns)
    return try ModelDocument(arch: whole.arch, config: config, tensors: columns)
  }

  @Test func modelsComeBack() throws {
    let whole = try document()
    let (model, ignored) = try ClassifierDocument.load(whole, name: "c")
    #expect(ignored == [])
    #expect(try ClassifierDocument.make(model, training: ["epochs": 3], classes: nil, history: []) == whole)
  }

  @Test func aWidthThatOnlyTheSmallTensorsHaveIsRefusedBeforeTheNetworkIsBuilt() throws {
    let width = 1024
    func zeros(_ shape: [Int]) -> Column { Column([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape) }
    let hostile = try document(change: { $0["width"] = .integer(width) }) {
      $0["conv1.weight"] = zeros([width, 3, 3, 3])
      $0["linear.weight"] = zeros([3, 8 * width])
    }
    #expect { try ClassifierDocument.load(hostile, name: "c") } throws: {
      "\($0)".hasPrefix("c: tensor bn1.weight has shape [4] where its configuration asks for [1024]")
    }
  }

  @Test func wordsOutOfTheFileSteerNoTerminal() throws {
    let kind = try ModelDocument(arch: "\u{1B}[2J", config: [:], tensors: [:])
    #expect { try ClassifierDocument.load(kind, name: "c") } throws: {
      "\($0)".hasPrefix(#"c: this is a model of the kind "\u{1b}[2J";"#)
    }
    let width = try document(change: { $0["width"] = "\u{9B}2J" })
    #expect { try ClassifierDocument.load(width, name: "c") } throws: { "\($0)".contains("\\u{9b}2J") }
  }
}
