import Compute
import Random
import Records

/// LSP: linearly separable synthetic patches (Yu et al., "Availability attacks create shortcuts", KDD 2022; METHODS 4.6).
///
/// Every class has a corner c of the cube {−10, 10}ᵈ and a matrix A with elements uniform in ±1; a record's features are
/// z·A + c with z from N(0, I). Shuffled by one permutation, they become the colours of a grid of square patches, which is
/// scaled to the given l2 norm.
package struct LinearlySeparablePatches: Poison {
  /// Pixels along the side of a patch.
  package static let patch = 8
  private static let separation: Float = 10
  /// A matrix of the square of this takes 1 GiB.
  private static let mostFeatures = 1 << 14
  /// What all corners together may have.
  private static let mostCornerNumbers = 1 << 28

  private let norm: Float
  private let seed: UInt64
  private var corners: [[Float]] = []
  private var taken: Set<[Float]> = []
  /// A of the class treated last: folders come class by class, and those of a thousand classes of large pictures would
  /// fill any memory.
  private var matrix: (label: Int?, elements: [Float]) = (nil, [])
  private var permutation: [Int] = []

  /// Patches of the given l2 norm on the unit scale; 1.0 in the paper.
  package init(norm: Float = 1, seed: UInt64) {
    self.norm = norm
    self.seed = seed
  }

  package var bound: PerturbationBound { .l2(norm) }

  package mutating func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float] {
    try targets.checkLabels(failure)
    guard let highest = targets.labels.max() else { return [] }
    let grid = Grid(shape: targets.shape)
    guard grid.features <= Self.mostFeatures else {
      throw failure(
        0,
        "pictures of \(targets.shape) have \(grid.features) patches, and a class's matrix the square of that; "
          + "scale the pictures down to \(Self.mostFeatures) patches")
    }
    guard highest < Self.mostCornerNumbers / max(1, grid.features) else {
      throw failure(
        targets.labels.firstIndex(of: highest) ?? 0,
        "label \(highest) asks for the corners of as many classes, which no memory holds; number the classes from 0")
    }
    if permutation.count != grid.features {
      var random = RandomStream(seed: seed, purpose: "lsp permutation")
      (corners, taken, matrix) = ([], [], (nil, []))
      permutation = random.permutation(count: grid.features)
    }
    var result: [Float] = []
    result.reserveCapacity(targets.ids.count * targets.length)
    for (id, label) in zip(targets.ids, targets.labels) {
      let features = features(label: label, id: id, count: grid.features)
      result += scaled(grid.picture(permutation.map { features[$0] }), toNorm: norm)
    }
    return result
  }

  /// z·A + c of one record.
  private mutating func features(label: Int, id: Int, count: Int) -> [Float] {
    if matrix.label != label {
      var random = RandomStream(seed: seed, purpose: "lsp matrix", record: label)
      matrix = (label, random.uniform(-1, 1, count: count * count))
    }
    var features = corner(label, count)
    let z = normalNumbers(count: count, seed: seed, purpose: "lsp record", record: id)
    for (row, factor) in z.enumerated() {
      for column in 0..<count { features[column] += factor * matrix.elements[row * count + column] }
    }
    return features
  }

  /// The class's corner: no two classes share one while there are corners left. Corners are drawn in the order of the
  /// classes, so that a class has the same one in every stream.
  private mutating func corner(_ label: Int, _ count: Int) -> [Float] {
    while corners.count <= label {
      var random = RandomStream(seed: seed, purpose: "lsp corner", record: corners.count)
      let isSpent = count < 20 && taken.count >= 1 << count
      var corner: [Float]
      repeat {
        corner = (0..<count).map { _ in random.nextBits() & 1 == 1 ? Self.separation : -Self.separation }
      } while !isSpent && taken.contains(corner)
      taken.insert(corner)
      corners.append(corner)
    }
    return corners[label]
  }
}

/// The patches of a picture: one feature for every cell of a grid and channel.
private struct Grid {
  let channels: Int
  let height: Int
  let width: Int

  init(shape: [Int]) { (channels, height, width) = (shape[0], shape[1], shape[2]) }

  private var rows: Int { (height + LinearlySeparablePatches.patch - 1) / LinearlySeparablePatches.patch }
  private var columns: Int { (width + LinearlySeparablePatches.patch - 1) / LinearlySeparablePatches.patch }
  var features: Int { rows * columns * channels }

  /// The planar picture of features in the order row, column, channel; patches that stick out are cropped.
  func picture(_ features: [Float]) -> [Float] {
    var picture: [Float] = []
    picture.reserveCapacity(channels * height * width)
    for channel in 0..<channels {
      for y in 0..<height {
        for x in 0..<width {
          let cell = y / LinearlySeparablePatches.patch * columns + x / LinearlySeparablePatches.patch
          picture.append(features[cell * channels + channel])
        }
      }
    }
    return picture
  }
}
