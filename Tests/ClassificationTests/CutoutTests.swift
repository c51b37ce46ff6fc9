import Testing
import Training

@testable import Classification

@Suite struct CutoutTests {
  private let fixture: DefenceFixture

  init() throws { fixture = try DefenceFixture("cutout") }

  @Test func aStepIsPyTorchs() throws {
    let places = try fixture.numbers("centers").integers
    let centers = stride(from: 0, to: places.count, by: 2).map { (row: places[$0], column: places[$0 + 1]) }
    try fixture.expectStep(on: Cutout.cut(fixture.batch, around: centers))
  }

  @Test func squaresAreOfTheRecordAndTheEpochAlone() throws {
    let whole = try fixture.defended(Cutout(seed: 3), epoch: 2, step: 9)
    #expect(try fixture.defended(Cutout(seed: 3), rows: 1..<2, epoch: 2, step: 1).pictures == whole[1..<2].pictures)
    #expect(try fixture.defended(Cutout(seed: 3), epoch: 3, step: 9).pictures != whole.pictures)
    #expect(whole.labels == fixture.batch.labels && whole.mixture == nil)
  }

  /// A picture of one row has a square of none.
  @Test func theSmallestPicturesStay() {
    let row = TrainingBatch(
      pictures: [0.5, 0.25], shape: PictureShape(height: 1, width: 2, channels: 1), labels: [0], ids: [0])
    #expect(Cutout.cut(row, around: [(row: 0, column: 1)]).pictures == row.pictures)
  }
}
