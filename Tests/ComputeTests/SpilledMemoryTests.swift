import Glibc
import Testing

@testable import Compute

/// Blocks in a file keep their contents while they are parked, and come back to the pool.
@Suite struct SpilledMemoryTests {
  private func file() throws -> SpilledMemory {
    var template = Array("/tmp/ue-tests-spill-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    unlink(template)
    return SpilledMemory(descriptor: descriptor, holders: 2)
  }

  private let count = 1 << 16

  @Test func parkedBlocksKeepTheirContents() throws {
    let memory = try file()
    let storages = BlockPool.spilling(to: memory) {
      (0..<5).map { number in
        let storage = Storage([Float](repeating: Float(number), count: count))
        memory.endTurn(of: number % 2)
        return storage
      }
    }
    memory.endTurn(of: 0)
    memory.endTurn(of: 1)
    for (number, storage) in storages.enumerated() {
      #expect(storage.array == [Float](repeating: Float(number), count: count))
    }
  }

  @Test func freedBlocksServeAgain() throws {
    let memory = try file()
    BlockPool.spilling(to: memory) {
      for round in 0..<20 {
        let storages = (0..<4).map { Storage([Float](repeating: Float(round + $0), count: count)) }
        memory.endTurn(of: round % 2)
        for (number, storage) in storages.enumerated() {
          #expect(storage.array.allSatisfy { $0 == Float(round + number) })
        }
      }
    }
  }

  @Test func smallBlocksStayInMemory() throws {
    let memory = try file()
    let storage = BlockPool.spilling(to: memory) { Storage([1, 2, 3]) }
    memory.endTurn(of: 0)
    #expect(storage.array == [1, 2, 3])
  }
}
