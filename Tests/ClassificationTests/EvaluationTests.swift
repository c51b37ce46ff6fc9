import Classification
import Models
import Records
import Testing
import Training

@Suite struct EvaluationTests {
  private func model(linear bias: [Float]) throws -> any Classifier {
    let model = ClassifierConfiguration(classes: bias.count, width: 4).build(seed: 1)
    var document = try ClassifierDocument.make(model, training: [:], classes: nil, history: [])
    var tensors = document.tensors
    tensors["linear.bias"] = Column(bias, shape: [bias.count])
    document = try ModelDocument(arch: document.arch, config: document.config, tensors: tensors)
    return try ClassifierDocument.load(document, name: "c").model
  }

  private func batch(labels: [Int]) throws -> ImageBatch {
    let count = labels.count
    return try ImageBatch(columns: [
      "image": Column((0..<count * 192).map { UInt8($0 % 251) }, shape: [count, 3, 8, 8]),
      "label": Column(labels, shape: [count]),
    ])
  }

  @Test func answersAreCounted() throws {
    var evaluation = Evaluation(classes: ClassMatching(count: 3))
    try evaluation.add(batch(labels: [0, 1, 1]), model: model(linear: [0, 1e6, 0])) { Failure(.data, "\($0): \($1)") }
    #expect((0..<3).map(evaluation.predictions) == [[0, 1, 0], [0, 2, 0], [0, 0, 0]])
    #expect(evaluation.classAccuracies == [0, 1, nil])
    #expect(evaluation.accuracy == 2.0 / 3)
  }

  @Test(arguments: [Float.nan, .infinity]) func anAnswerThatIsNoNumberIsAFault(_ value: Float) throws {
    let model = try model(linear: [0, value])
    var evaluation = Evaluation(classes: ClassMatching(count: 2))
    let failure = try #require(throws: Failure.self) {
      try evaluation.add(batch(labels: [0, 0]), model: model) { Failure(.data, "\($0): \($1)") }
    }
    #expect(failure.message.hasPrefix("0: the model makes "))
    #expect(failure.message.hasSuffix("\(value) of this picture; its weights may be damaged"))
    #expect(evaluation.count == 0)
  }
}
