import Classification
import Testing

@Suite struct CropAndFlipTests {
  private let shape = [2, 5, 7]
  private var pictures: [UInt8] { (0..<3 * 70).map { UInt8($0 % 250 + 1) } }

  /// The pictures that a crop of a padded picture may give: by rows down, columns right, and mirrored or not.
  private func crop(_ picture: ArraySlice<UInt8>, down: Int, right: Int, mirrored: Bool) -> [UInt8] {
    var result: [UInt8] = []
    for channel in 0..<2 {
      for y in 0..<5 {
        for x in 0..<7 {
          let (row, column) = (y + down, (mirrored ? 6 - x : x) + right)
          let inside = (0..<5).contains(row) && (0..<7).contains(column)
          result.append(inside ? picture[picture.startIndex + channel * 35 + row * 7 + column] : 0)
        }
      }
    }
    return result
  }

  @Test func everyPictureIsOneOfItsCrops() {
    let made = CropAndFlip(seed: 1)(pictures, shape: shape, elementBytes: 1, ids: [3, 4, 5], epoch: 2)
    for record in 0..<3 {
      let range = record * 70..<(record + 1) * 70
      let crops = (-4...4).flatMap { down in
        (-4...4).flatMap { right in
          [false, true].map { crop(pictures[range], down: down, right: right, mirrored: $0) }
        }
      }
      #expect(crops.contains(Array(made[range])))
    }
  }

  @Test func epochsDifferAndBatchesDoNotMatter() {
    let augmentation = CropAndFlip(seed: 1)
    func made(_ epoch: Int) -> [UInt8] {
      augmentation(pictures, shape: shape, elementBytes: 1, ids: [3, 4, 5], epoch: epoch)
    }
    #expect(made(0) == made(0))
    #expect(Set((0..<10).map(made)).count > 5)
    let alone = augmentation(Array(pictures[70..<140]), shape: shape, elementBytes: 1, ids: [4], epoch: 0)
    #expect(alone == Array(made(0)[70..<140]))
  }

  @Test func floatsMoveWhole() {
    let bytes = pictures.flatMap { [$0, $0 &+ 1, $0 &+ 2, $0 &+ 3] }
    let made = CropAndFlip(seed: 1)(bytes, shape: shape, elementBytes: 4, ids: [3, 4, 5], epoch: 2)
    let plain = CropAndFlip(seed: 1)(pictures, shape: shape, elementBytes: 1, ids: [3, 4, 5], epoch: 2)
    #expect(made == plain.flatMap { $0 == 0 ? [0, 0, 0, 0] : [$0, $0 &+ 1, $0 &+ 2, $0 &+ 3] })
  }
}
