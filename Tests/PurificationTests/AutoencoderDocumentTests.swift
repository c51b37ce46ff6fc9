import Models
import OrderedCollections
import Purification
import Records
import Testing

@Suite struct AutoencoderDocumentTests {
  private func document(
    _ architecture: AutoencoderConfiguration.Architecture = .dvae, change: (inout [String: JSON]) -> Void = { _ in },
    tensors: (inout OrderedDictionary<String, Column>) -> Void = { _ in }
  ) throws -> ModelDocument {
    let model = AutoencoderConfiguration(
      architecture: architecture, height: 4, imageWidth: 6, classes: 3, width: 4, latent: 5
    ).build(seed: 1)
    let whole = try AutoencoderDocument.make(model, training: ["epochs": 3], classes: nil, history: [])
    var (config, columns) = (whole.config, whole.tensors)
    change(&config)
    tensors(&columns)
    return try ModelDocument(arch: whole.arch, config: config, tensors: columns)
  }

  @Test(arguments: AutoencoderConfiguration.Architecture.allCases)
  func modelsComeBack(_ architecture: AutoencoderConfiguration.Architecture) throws {
    let whole = try document(architecture)
    let (model, ignored) = try AutoencoderDocument.load(whole, name: "m")
    #expect(ignored == [])
    #expect(model.configuration.imageWidth == 6)
    #expect(try AutoencoderDocument.make(model, training: ["epochs": 3], classes: nil, history: []) == whole)
  }

  @Test(arguments: ["width", "latent", "classes", "stem", "height", "image_width", "channels"])
  func sizesThatAreMissingOrAbsurdAreNamed(_ key: String) throws {
    for value: JSON? in [nil, .integer(0), .integer(-3), .integer(1 << 40), "four", .integer(1 << 19)] {
      let broken = try document(change: { $0[key] = value })
      #expect { try AutoencoderDocument.load(broken, name: "m") } throws: { ($0 as? Failure)?.kind == .data }
    }
  }

  @Test func whatTheEmbeddingIsAddedToIsTold() throws {
    #expect(try document().config["embedding_input"] == "latent")
    for (value, input) in [(nil, .latent), ("latent", .latent), ("stem", .stem)]
      as [(JSON?, AutoencoderConfiguration.EmbeddingInput)]
    {
      let (model, _) = try AutoencoderDocument.load(document(change: { $0["embedding_input"] = value }), name: "m")
      #expect(model.configuration.embeddingInput == input)
    }
    for value in ["mean", 1] as [JSON] {
      #expect { try AutoencoderDocument.load(document(change: { $0["embedding_input"] = value }), name: "m") } throws: {
        "\($0)".contains("\"latent\" or \"stem\"")
      }
    }
  }

  /// The official code's model with one number a channel and class adds it in all cells.
  @Test func oneVectorAClassIsSpreadOverTheCells() throws {
    let vectors = (0..<3 * 8).map(Float.init)
    let short = try document(tensors: { $0["emb_p.weight"] = Column(vectors, shape: [3, 8]) })
    let (model, ignored) = try AutoencoderDocument.load(short, name: "m")
    let table = try AutoencoderDocument.make(model, training: ["epochs": 3], classes: nil, history: []).tensors[
      "emb_p.weight"]
    #expect(ignored == [] && table?.shape == [3, 8 * 6])
    #expect(table?.floats == vectors.flatMap { [Float](repeating: $0, count: 6) })
  }

  @Test func otherStemsAreRefused() throws {
    #expect { try AutoencoderDocument.load(document(change: { $0["stem"] = 13 }), name: "m") } throws: {
      "\($0)".contains("a stem of 13 convolutions; this version knows models with a stem of 7 or 9")
    }
    // A stem of nine has weights that one of seven lacks.
    #expect { try AutoencoderDocument.load(document(change: { $0["stem"] = 9 }), name: "m") } throws: {
      "\($0)".contains("layer2.1")
    }
  }

  @Test func aWidthThatOnlyTheSmallTensorsHaveIsRefusedBeforeTheModelIsBuilt() throws {
    let width = 4096
    func zeros(_ shape: [Int]) -> Column { Column([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape) }
    let hostile = try document(change: { $0["width"] = .integer(width) }) {
      $0["conv1.weight"] = zeros([width, 3, 3, 3])
      $0["fc_mu.weight"] = zeros([5, 2 * width, 1, 1])
      $0["emb_p.weight"] = zeros([3, 2 * width * 6])
    }
    #expect { try AutoencoderDocument.load(hostile, name: "m") } throws: {
      "\($0)".hasPrefix("m: tensor bn1.weight has shape [4] where its configuration asks for [4096]")
    }
  }

  @Test func anotherArchitectureIsRefused() throws {
    let other = try ModelDocument(arch: "resnet\u{1B}", config: [:], tensors: ["a": Column([0], shape: [1])])
    #expect { try AutoencoderDocument.load(other, name: "m") } throws: { "\($0)".contains(#""resnet\u{1b}""#) }
  }
}
