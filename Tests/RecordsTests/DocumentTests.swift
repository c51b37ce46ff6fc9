import OrderedCollections
import TestSupport
import Testing

@testable import Records

/// The bytes of a document with any header and `count` bytes of data.
private func raw(_ header: String, _ count: Int = 0) -> [UInt8] {
  littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 7, count: count)
}

private func tensor(_ type: String, _ shape: String, _ offsets: String) -> String {
  #"{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
}

@Suite struct DocumentTests {
  @Test func anyDocumentComesBack() throws {
    var random = TestRandom(1)
    for _ in 0..<200 {
      var document = Document()
      for index in 0..<Int.random(in: 0...6, using: &random) {
        document.metadata["key \(index) \"\\\n"] = "value é𝄞\u{1}\(index)"
      }
      for index in 0..<Int.random(in: 0...6, using: &random) {
        let type = ElementType.allCases.randomElement(using: &random) ?? .u8
        let shape = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...4, using: &random) }
        let bytes = random.bytes(shape.reduce(type.byteCount, *))
        document.tensors["tensor \(index)"] = Column(type: type, shape: shape, bytes: bytes)
      }
      let bytes = document.serialized()
      #expect(try Document(parsing: bytes) == document)
      #expect(try Document(parsing: bytes).serialized() == bytes)
    }
  }

  @Test func tensorsBeginAtMultiplesOfTheirElements() throws {
    let document = Document(tensors: [
      "a": Column([1, 2, 3] as [UInt8], shape: [3]), "b": Column([1] as [Int], shape: [1]),
      "c": Column([1] as [Float], shape: [1]), "d": Column([2] as [Int], shape: [1]),
    ])
    let bytes = document.serialized()
    let length: UInt64 = fromLittleEndian(bytes.prefix(8))
    #expect(length % 8 == 0)
    let header = try JSON(parsing: Array(bytes[8..<8 + Int(length)]))
    #expect(header.object?.keys.elements == ["a", "b", "c", "d"])
    #expect(header["b"]?["data_offsets"] == [0, 8] && header["d"]?["data_offsets"] == [8, 16])
    #expect(header["c"]?["data_offsets"] == [16, 20] && header["a"]?["data_offsets"] == [20, 23])
  }

  @Test(arguments: [
    (#"{"a":\#(tensor("U9", "[2]", "[0,2]"))}"#, 2, #"the tensor "a" has the unknown type "U9""#),
    (#"{"a":\#(tensor("U8", "[2]", "[0,3]"))}"#, 3, "needs 2 bytes; its data_offsets hold 3"),
    (#"{"a":\#(tensor("F32", "[2]", "[0,2]"))}"#, 2, "needs 8 bytes"),
    (#"{"a":\#(tensor("U8", "[2]", "[0,2]"))}"#, 1, "ends at byte 2 of the document's data, which has 1"),
    (#"{"a":\#(tensor("U8", "[2]", "[0,2]"))}"#, 3, "end at byte 2 of the document's data, which has 3"),
    (#"{"a":\#(tensor("U8", "[2]", "[1,3]"))}"#, 3, "leaves a hole"),
    (#"{"a":\#(tensor("U8", "[2]", "[0,2]")),"b":\#(tensor("U8", "[2]", "[1,3]"))}"#, 3, "overlaps"),
    (#"{"a":\#(tensor("U8", "[2]", "[0,2]")),"b":\#(tensor("U8", "[2]", "[0,2]"))}"#, 2, "overlaps"),
    (#"{"a":\#(tensor("U8", "[2]", "[0,2]")),"b":\#(tensor("U8", "[2]", "[3,5]"))}"#, 5, "leaves a hole"),
    (#"{"a":\#(tensor("U8", "[1]", "[0,1]")),"a":\#(tensor("U8", "[1]", "[1,2]"))}"#, 2, #""a" stands twice"#),
    (#"{"a":\#(tensor("U8", "[0]", "[2,0]"))}"#, 0, "not a beginning and an end"),
    (#"{"a":\#(tensor("U8", "[0]", "[0]"))}"#, 0, "not a beginning and an end"),
    (#"{"a":\#(tensor("U8", "[-1]", "[0,1]"))}"#, 1, "no count"),
    (#"{"a":\#(tensor("U8", "[1.5]", "[0,1]"))}"#, 1, "no count"),
    (#"{"a":\#(tensor("U8", "1", "[0,1]"))}"#, 1, "has no shape"),
    (#"{"a":\#(tensor("U8", "[9223372036854775807,2]", "[0,1]"))}"#, 1, "too large for any memory"),
    (#"{"a":\#(tensor("I64", "[4611686018427387904]", "[0,0]"))}"#, 0, "too large for any memory"),
    (#"{"a":\#(tensor("U8", "[0,4611686018427387904,4611686018427387904]", "[0,0]"))}"#, 0, "too large"),
    (#"{"a":\#(tensor("U8", "[0,1099511627777]", "[0,0]"))}"#, 0, "too large"),
    (#"{"a":\#(tensor("F64", "[0,1048576,1048576]", "[0,0]"))}"#, 0, "too large"),
    (#"{"a":\#(tensor("U8", "[18446744073709551617]", "[0,1]"))}"#, 1, "no count"),
    (#"{"a":\#(tensor("U8", "[1]", "[18446744073709551616,18446744073709551617]"))}"#, 1, "no count"),
    (#"{"a":{"shape":[],"data_offsets":[0,1]}}"#, 1, "has no dtype"),
    (#"{"a":{"dtype":"U8","shape":[]}}"#, 1, "has no data_offsets"),
    (#"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"stride":1}}"#, 1, #"unknown property "stride""#),
    (#"{"a":3}"#, 0, "not described by a JSON object"),
    (#"{"__metadata__":3}"#, 0, "__metadata__ is not a JSON object"),
    (#"{"__metadata__":{"x":3}}"#, 0, #"metadata "x" is not a string"#),
    (#"{"__metadata__":{"x":"1","x":"2"}}"#, 0, #""x" stands twice"#),
    ("{", 0, "header is damaged"), ("[]", 0, "does not begin with '{'"), (" {}", 0, "does not begin with '{'"),
    ("{} x", 0, "something follows"),
  ])
  func faultsAreNamed(header: String, data: Int, words: String) {
    let message = dataFailure { _ = try Document(parsing: raw(header, data)) }
    #expect(message.contains(words), "\(message)")
  }

  @Test func tooManyDimensionsAreRefused() {
    let shape = "[" + Array(repeating: "1", count: 65).joined(separator: ",") + "]"
    let message = dataFailure { _ = try Document(parsing: raw(#"{"a":\#(tensor("U8", shape, "[0,1]"))}"#, 1)) }
    #expect(message.contains("65 numbers"), "\(message)")
  }

  @Test func emptyTensorsMayStandAnywhere() throws {
    let header =
      #"{"a":\#(tensor("U8", "[0,3]", "[2,2]")),"b":\#(tensor("U8", "[2]", "[0,2]")),"c":\#(tensor("F32", "[0]", "[0,0]"))}"#
    let document = try Document(parsing: raw(header, 2))
    #expect(document.tensors.keys.elements == ["a", "b", "c"] && document.tensors["a"]?.shape == [0, 3])
  }

  @Test func headersBeyondTheLimitsAreRefused() throws {
    let document = Document(metadata: ["k": "v"]).serialized()
    let length = document.count - 8
    _ = try Document(parsing: document, limits: StreamLimits(headerBytes: length))
    let atLimit = dataFailure { _ = try Document(parsing: document, limits: StreamLimits(headerBytes: length - 1)) }
    #expect(atLimit.contains("claims \(length) bytes; at most \(length - 1)"), "\(atLimit)")
    let whole = dataFailure {
      _ = try Document(parsing: document, limits: StreamLimits(documentBytes: document.count - 1))
    }
    #expect(whole.contains("has \(document.count) bytes"), "\(whole)")
    let claims: [UInt64] = [.max, 1 << 63, 16 << 20 + 1, UInt64(length) + 1]
    for claim in claims {
      let bytes = littleEndian(claim) + document.dropFirst(8)
      #expect(dataFailure { _ = try Document(parsing: bytes) }.contains("claims \(claim) bytes"))
    }
    for count in 0..<8 { _ = dataFailure { _ = try Document(parsing: Array(document.prefix(count))) } }
  }

  /// A damaged document must end in a failure or in another document, never in a crash.
  @Test func randomDamageNeverCrashes() throws {
    var random = TestRandom(2)
    let whole = try sampleBatch(3).document().serialized()
    let letters = Array(#"{}[]":,0123456789-eE\u.tfn UFI"#.utf8)
    var faults = 0
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<380, using: &random)
        bytes[place] =
          (Bool.random(using: &random) ? letters.randomElement(using: &random) : nil)
          ?? UInt8.random(in: 0...255, using: &random)
      }
      do {
        _ = try ImageBatch(document: Document(parsing: bytes))
      } catch is Failure {
        faults += 1
      }
    }
    #expect(faults > 10_000)
  }
}
