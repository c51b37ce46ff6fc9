import Testing
import Training

@testable import Adversaries

@Suite struct CropAndFlipTests {
  private let shape = PictureShape(height: 5, width: 6, channels: 2)

  private func values(_ seed: Int) -> [Float] {
    (0..<3 * 60).map { (index: Int) -> Float in
      let number = (index * 37 + seed * 11) % 97
      return Float(number) / 97
    }
  }

  @Test func aCropIsShiftedAndMirrored() {
    let picture = (0..<6).map(Float.init)
    let row = PictureShape(height: 1, width: 6, channels: 1)
    func seen(_ right: Int, _ isMirrored: Bool) -> [Float] {
      [CropAndFlip(down: 0, right: right, isMirrored: isMirrored)](picture, row)
    }
    #expect(seen(0, false) == picture)
    #expect(seen(2, false) == [2, 3, 4, 5, 0, 0])
    #expect(seen(-1, false) == [0, 0, 1, 2, 3, 4])
    #expect(seen(0, true) == picture.reversed())
    #expect(seen(1, true) == [0, 5, 4, 3, 2, 1])
    #expect([CropAndFlip(down: 1, right: 0, isMirrored: false)](picture, row) == [Float](repeating: 0, count: 6))
  }

  /// ⟨T(x), y⟩ = ⟨x, Tᵀ(y)⟩ for every view.
  @Test(arguments: 0..<20) func theAdjointIsTheTranspose(_ step: Int) {
    let views = [CropAndFlip](seed: 1, purpose: "test", ids: [0, 1, 2], step: step)
    let (x, y) = (values(step), values(step + 50))
    let forward = zip(views(x, shape), y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let backward = zip(x, views.adjoint(y, shape)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(forward - backward) < 1e-9 * max(1, abs(forward)))
  }

  @Test func viewsDifferFromRecordToRecordAndStepToStep() {
    let views = (0..<40).map { CropAndFlip(seed: 0, purpose: "test", id: $0 / 2, step: $0 % 2) }
    #expect(Set(views.map { "\($0)" }).count > 25)
    #expect(views.contains { $0.isMirrored })
    #expect(views.allSatisfy { (-4...4).contains($0.down) && (-4...4).contains($0.right) })
  }

  /// The crops of a picture that a crop of the padded picture may give: by rows down, columns right, and mirrored or not.
  private func crop(_ picture: ArraySlice<Float>, down: Int, right: Int, mirrored: Bool) -> [Float] {
    var result: [Float] = []
    for y in 0..<5 {
      for x in 0..<6 {
        let (row, column) = (y + down, (mirrored ? 5 - x : x) + right)
        let inside = (0..<5).contains(row) && (0..<6).contains(column)
        for channel in 0..<2 {
          result.append(inside ? picture[picture.startIndex + (row * 6 + column) * 2 + channel] : 0)
        }
      }
    }
    return result
  }

  @Test func everyPictureIsOneOfItsCrops() {
    let pictures = values(0)
    let made = [CropAndFlip](seed: 1, purpose: "test", ids: [3, 4, 5], step: 2)(pictures, shape)
    for record in 0..<3 {
      let range = record * 60..<(record + 1) * 60
      let crops = (-4...4).flatMap { down in
        (-4...4).flatMap { right in
          [false, true].map { crop(pictures[range], down: down, right: right, mirrored: $0) }
        }
      }
      #expect(crops.contains(Array(made[range])))
    }
  }

  @Test func batchesDoNotMatter() {
    let together = [CropAndFlip](seed: 1, purpose: "test", ids: [3, 4, 5], step: 0)(values(0), shape)
    let alone = [CropAndFlip](seed: 1, purpose: "test", ids: [4], step: 0)(Array(values(0)[60..<120]), shape)
    #expect(alone == Array(together[60..<120]))
  }
}
