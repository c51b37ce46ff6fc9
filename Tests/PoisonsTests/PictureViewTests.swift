import Testing

@testable import Poisons

@Suite struct PictureViewTests {
  private let shape = PictureShape(height: 5, width: 6, channels: 2)

  private func values(_ seed: Int) -> [Float] {
    (0..<3 * 60).map { (index: Int) -> Float in
      let number = (index * 37 + seed * 11) % 97
      return Float(number) / 97
    }
  }

  @Test func aViewIsShiftedAndMirrored() {
    let picture = (0..<6).map(Float.init)
    let row = PictureShape(height: 1, width: 6, channels: 1)
    func seen(_ right: Int, _ isMirrored: Bool) -> [Float] {
      [PictureView(down: 0, right: right, isMirrored: isMirrored)](picture, row)
    }
    #expect(seen(0, false) == picture)
    #expect(seen(2, false) == [2, 3, 4, 5, 0, 0])
    #expect(seen(-1, false) == [0, 0, 1, 2, 3, 4])
    #expect(seen(0, true) == picture.reversed())
    #expect(seen(1, true) == [0, 5, 4, 3, 2, 1])
    #expect([PictureView(down: 1, right: 0, isMirrored: false)](picture, row) == [Float](repeating: 0, count: 6))
  }

  /// ⟨T(x), y⟩ = ⟨x, Tᵀ(y)⟩ for every view.
  @Test(arguments: 0..<20) func theAdjointIsTheTranspose(_ step: Int) {
    let views = (0..<3).map { PictureView(seed: 1, purpose: "test", id: $0, step: step) }
    let (x, y) = (values(step), values(step + 50))
    let forward = zip(views(x, shape), y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let backward = zip(x, views.adjoint(y, shape)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(forward - backward) < 1e-9 * max(1, abs(forward)))
  }

  @Test func viewsDifferFromRecordToRecordAndStepToStep() {
    let views = (0..<40).map { PictureView(seed: 0, purpose: "test", id: $0 / 2, step: $0 % 2) }
    #expect(Set(views.map { "\($0)" }).count > 25)
    #expect(views.contains { $0.isMirrored })
    #expect(views.allSatisfy { (-4...4).contains($0.down) && (-4...4).contains($0.right) })
  }
}
