import Foundation

/// The reference numbers of one file under Tests/Fixtures, a safetensors document that PyTorch wrote.
///
/// This reader is written apart from the product's, so that a mistake there cannot hide itself.
public struct Fixture: Sendable {
  /// The document's `__metadata__`.
  public let metadata: [String: String]
  private let tensors: [String: NumberArray]

  /// The folder with the numbers of the models at their published sizes, too large to keep here; nil where the environment's
  /// `UE_FULL_FIXTURES` names none.
  public static let fullFolder = ProcessInfo.processInfo.environment["UE_FULL_FIXTURES"]
    .map { URL(fileURLWithPath: $0, isDirectory: true) }

  /// Reads `<name>.safetensors` of Tests/Fixtures or of another folder.
  public init(_ name: String, in other: URL? = nil) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let folder = other ?? tests.appendingPathComponent("Fixtures")
    let data = [UInt8](try Data(contentsOf: folder.appendingPathComponent("\(name).safetensors")))
    let length = Int(data.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    guard let header = try JSONSerialization.jsonObject(with: Data(data[8..<8 + length])) as? [String: [String: Any]]
    else { throw Fault("\(name): the header is not an object of objects") }
    metadata = header["__metadata__"] as? [String: String] ?? [:]
    let body = Array(data[(8 + length)...])
    tensors = try header.filter { $0.key != "__metadata__" }.mapValues { entry in
      guard let type = entry["dtype"] as? String, let shape = entry["shape"] as? [Int],
        let offsets = entry["data_offsets"] as? [Int]
      else { throw Fault("\(name): an entry without type, shape or place") }
      return NumberArray(try Self.numbers(Array(body[offsets[0]..<offsets[1]]), type), shape: shape)
    }
  }

  /// The names of the tensors, sorted.
  public var names: [String] { tensors.keys.sorted() }

  /// The tensor of that name; one that is missing fails the test that asks for it.
  public func callAsFunction(_ name: String) throws -> NumberArray {
    guard let tensor = tensors[name] else { throw Fault("the fixture has no tensor named \(name)") }
    return tensor
  }

  private static func numbers(_ bytes: [UInt8], _ type: String) throws -> [Double] {
    switch type {
    case "F32": elements(bytes, Float.self).map { Double($0) }
    case "F64": elements(bytes, Double.self)
    case "I64": elements(bytes, Int64.self).map { Double($0) }
    case "U8": bytes.map { Double($0) }
    default: throw Fault("a tensor of type \(type)")
    }
  }

  private static func elements<T: BitwiseCopyable>(_ bytes: [UInt8], _: T.Type) -> [T] {
    bytes.withUnsafeBytes { buffer in
      stride(from: 0, to: buffer.count, by: MemoryLayout<T>.stride).map {
        buffer.loadUnaligned(fromByteOffset: $0, as: T.self)
      }
    }
  }

  private struct Fault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}
