import Formats
import Records

/// The ids of the records that are poisoned, as a file lists them.
package struct IDList: Sendable {
  /// What messages call the file.
  let name: String
  let ids: Set<Int>
  /// Whether some of them may belong to no record.
  package var allowsMismatch = false

  init(name: String, ids: Set<Int>) { (self.name, self.ids) = (name, ids) }

  /// Reads integers from 0 up: a text of them with spaces, commas or line ends between, or one array of them in any form
  /// that perturbations come in.
  ///
  /// - Throws: `Failure` of kind `data` for something else, and where an id stands there twice.
  package init(reading input: InputFile) throws {
    let first = try input.peek(1).first ?? 0
    let isText = [UInt8(ascii: "0")...UInt8(ascii: "9"), 9...13, 32...32].contains { $0.contains(first) }
    let numbers = try isText ? Self.text(input) : Self.array(ForeignArray.read(input))
    var ids: Set<Int> = []
    for number in numbers {
      guard number >= 0 else { throw Failure(.data, "\(input.name): the id \(number) is below 0") }
      guard ids.insert(number).inserted else {
        throw Failure(
          .data, "\(input.name): the id \(number) stands there twice; of a mask save numpy.flatnonzero(mask)")
      }
    }
    self.init(name: input.name, ids: ids)
  }

  private static func text(_ input: InputFile) throws -> [Int] {
    var bytes: [UInt8] = []
    while case let piece = try input.read(upTo: 1 << 20), !piece.isEmpty { bytes += piece }
    let isBetween: (UInt8) -> Bool = { $0 == UInt8(ascii: ",") || $0 == 32 || (9...13).contains($0) }
    return try bytes.split(whereSeparator: isBetween).map { word in
      let word = String(decoding: word, as: UTF8.self)
      guard let number = Int(word) else {
        throw Failure(.data, "\(input.name): holds \(word.quoted), where an id is expected, an integer from 0 up")
      }
      return number
    }
  }

  private static func array(_ array: ForeignArray) throws -> [Int] {
    guard array.isInteger, array.shape.dropFirst().allSatisfy({ $0 == 1 }) else {
      throw Failure(
        .data, "\(array.name): \(array.typeName) of \(array.shapeWords) is no list of ids; integers of N are")
    }
    return try (0..<array.shape[0]).map { row in
      guard let number = array.integers(row).first ?? nil else {
        throw Failure(.data, "\(array.name): its element \(row) is beyond any id")
      }
      return number
    }
  }
}
