import Random
import Records
import Threads

extension DataSet {
  /// The built-in set: ten classes of outlines, 32 × 32 pixels in colour, in which place, size, tilt, colours,
  /// background and noise vary. Every ten records hold each class once, in an order of their own.
  ///
  /// A record's bytes depend on the seed and its position alone.
  ///
  /// - Throws: `Failure` (usage) for an unknown class.
  package static func shapes(
    count: Int, seed: UInt64, selection: Selection = Selection()
  ) throws -> DataSet {
    precondition(count >= 0, "a set cannot have fewer than 0 records")
    return DataSet(try ShapesFeed(count, seed, selection))
  }
}

private struct ShapesFeed: RecordFeed {
  private static let shape = [3, ShapePicture.side, ShapePicture.side]

  private let count: Int
  private let seed: UInt64
  private var choice: Choice
  private var order: [Int] = []
  private var id = 0

  init(_ count: Int, _ seed: UInt64, _ selection: Selection) throws {
    self.count = count
    self.seed = seed
    choice = try Choice(selection, among: ShapeOutline.allCases.map { "\($0)" })
  }

  var classes: [String]? { choice.classes }

  mutating func append(to batch: inout BatchAssembly) throws -> Bool {
    batch.shape = Self.shape
    let wanted = BatchAssembly.recordCount(recordByteCount: Self.shape.reduce(1, *))
    var lots: [(outline: ShapeOutline, label: Int, id: Int)] = []
    while lots.count < wanted, id < count, !choice.isComplete {
      let outline = nextOutline()
      if let label = choice.admit(outline.rawValue) { lots.append((outline, label, id)) }
      id += 1
    }
    let pictures = Parallel.map(lots.count) { [seed, lots] place in
      let random = RandomStream(seed: seed, purpose: "shapes", record: lots[place].id)
      var pixels: [UInt8] = []
      ShapePicture(outline: lots[place].outline, random: random).append(to: &pixels)
      return pixels
    }
    batch.reserve(lots.count)
    for (lot, picture) in zip(lots, pictures) { batch.append(picture[...], label: lot.label, id: lot.id) }
    return id < count && !choice.isComplete
  }

  private mutating func nextOutline() -> ShapeOutline {
    let outlines = ShapeOutline.allCases
    let place = id % outlines.count
    if place == 0 {
      var random = RandomStream(seed: seed, purpose: "shapes order", record: id / outlines.count)
      order = random.permutation(count: outlines.count)
    }
    return outlines[order[place]]
  }
}
