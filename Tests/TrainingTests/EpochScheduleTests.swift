import Testing
import Training

@Suite struct EpochScheduleTests {
  @Test func everyEpochShufflesAndDropsTheRest() {
    let schedule = EpochSchedule(count: 10, batch: 4, seed: 1)
    #expect(schedule.steps == 2)
    let epochs = (0..<20).map { schedule.rows(epoch: $0) }
    for rows in epochs {
      #expect(rows.map(\.count) == [4, 4])
      #expect(Set(rows.joined()).count == 8)
      #expect(rows.joined().allSatisfy { (0..<10).contains($0) })
    }
    #expect(Set(epochs.map { $0.joined().map(\.description).joined() }).count > 15)
    // Nobody sits out for ever.
    #expect(Set(epochs.joined().joined()).count == 10)
  }

  @Test func aSmallSetIsOneBatch() {
    let schedule = EpochSchedule(count: 3, batch: 128, seed: 1)
    #expect(schedule.batch == 3)
    #expect(schedule.steps == 1)
    #expect(schedule.rows(epoch: 5).map { $0.sorted() } == [[0, 1, 2]])
  }

  @Test func theSameSeedGivesTheSameOrder() {
    let (a, b) = (EpochSchedule(count: 50, batch: 7, seed: 3), EpochSchedule(count: 50, batch: 7, seed: 3))
    #expect(a.rows(epoch: 4) == b.rows(epoch: 4))
    #expect(a.rows(epoch: 4) != EpochSchedule(count: 50, batch: 7, seed: 4).rows(epoch: 4))
  }
}
