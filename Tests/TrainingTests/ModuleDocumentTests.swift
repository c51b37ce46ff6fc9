import Models
import OrderedCollections
import Records
import Testing
import Training

@Suite struct ModuleDocumentTests {
  private func model(seed: UInt64) -> any Classifier {
    ClassifierConfiguration(classes: 3, width: 4).build(seed: seed)
  }

  @Test func weightsAndBuffersTravel() throws {
    let (from, to) = (model(seed: 1), model(seed: 2))
    #expect(from.columns != to.columns)
    var columns = from.columns
    columns["epochs.seen"] = Column([1], shape: [1])
    #expect(try to.load(columns, from: "m") == ["epochs.seen"])
    #expect(to.columns == from.columns)
    #expect(from.columns["bn1.running_var"]?.shape == [4])
    #expect(from.columns["layer2.0.shortcut.0.weight"]?.shape == [8, 4, 1, 1])
  }

  @Test func unfitTensorsAreNamed() {
    for column in [nil, Column([1, 2], shape: [2]), Column([UInt8](repeating: 0, count: 12), shape: [3, 4])] {
      var columns = model(seed: 1).columns
      columns["linear.weight"] = column
      #expect { try model(seed: 1).load(columns, from: "m") } throws: { error in
        (error as? Failure)?.kind == .data && "\(error)".contains("linear.weight")
      }
    }
  }

  /// Nothing is taken where one tensor is unfit, and nothing is allocated that a file does not hold.
  @Test func anUnfitFileLeavesTheModelAsItWas() {
    let (model, other) = (model(seed: 1), model(seed: 2))
    var columns = other.columns
    columns["linear.bias"] = nil
    let before = model.columns
    #expect(throws: Failure.self) { try model.load(columns, from: "m") }
    #expect(model.columns == before)
  }
}
