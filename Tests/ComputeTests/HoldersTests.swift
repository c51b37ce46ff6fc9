import Foundation
import Locking
import TestSupport
import Testing
import Threads

@testable import Compute

/// Whoever holds the parts of a batch gets the same bits.
@Suite struct HoldersTests {
  @Test(arguments: BatchCase.all) func holdersGetTheBitsOfTheWholeBatch(_ operation: BatchCase) {
    for (size, counts) in [(16, [2, 4, 8, 16]), (12, [4]), (20, [4]), (8, [8]), (10, [2])] {
      let whole = operation.evaluate(0..<size, of: size)
      for count in counts {
        let held = Meeting(count).run { member, index in
          operation.evaluate(index * size / count..<(index + 1) * size / count, of: size, member)
        }
        #expect(together(held, operation).bits == whole.bits, "\(operation), \(count) holders of \(size)")
      }
    }
  }

  @Test(arguments: BatchCase.all.filter(\.keepsRecordsApart))
  func aRecordIsTheSameInAnyBatch(_ operation: BatchCase) {
    let whole = operation.evaluate(0..<21, of: 21)
    for records in [0..<1, 3..<4, 5..<12, 20..<21] {
      let some = operation.evaluate(records, of: 21)
      func part(_ values: [Float]) -> [Float] {
        Array(values[records.lowerBound * values.count / 21..<records.upperBound * values.count / 21])
      }
      #expect(some.result.bits == part(whole.result).bits, "\(operation), records \(records)")
      for (one, all) in zip(some.inputGradients, whole.inputGradients) {
        #expect(one?.bits == all.map { part($0).bits }, "\(operation), gradients of records \(records)")
      }
    }
  }

  /// Holders that share a parameter give it their gradients one after the other.
  @Test(arguments: [2, 4, 8, 16]) func gradientsOfASharedParameterAreATree(_ count: Int) {
    let parameter = Parameter("weight", shape: [3], values: [0, 0, 0])
    let shares: [[Float]] = (0..<count).map { [Float($0) * 0.1 + 1e-3, 1 / Float($0 + 3), 1e7 + Float($0)] }
    for round in 1...2 {
      for share in shares {
        parameter.addGradient(of: count) { destination, accumulate in
          #expect(!accumulate)
          destination.assign(share)
        }
      }
      Parallel.finish()
      let sum = SumTree.sum(shares)
      #expect(parameter.gradientValues == (round == 1 ? sum : sum.map { $0 + $0 }))
    }
    parameter.clearGradient()
    #expect(parameter.gradientValues == nil)
  }

  /// What holders gave, as if it were one batch.
  private func together(_ held: [Evaluation], _ operation: BatchCase) -> Evaluation {
    var whole = held[0]
    if operation.result == .records { whole.result = held.flatMap(\.result) }
    whole.inputGradients = whole.inputGradients.indices.map { input in
      held[0].inputGradients[input] == nil ? nil : held.flatMap { $0.inputGradients[input] ?? [] }
    }
    whole.parameterGradients = whole.parameterGradients.indices.map { parameter in
      SumTree.sum(held.map { $0.parameterGradients[parameter] ?? [] })
    }
    return whole
  }
}

@Suite struct BatchPartsTests {
  @Test func theHoldersPartsAreThoseOfTheWhole() {
    for (size, count) in [(16, 4), (128, 8), (12, 4), (20, 4), (8, 8), (24, 8), (3, 1), (0, 1)] {
      let whole = BatchParts(records: size).ranges()
      let held = (0..<count).flatMap { holder in
        BatchParts(records: size / count, holders: count).ranges().map {
          $0.lowerBound + holder * size / count..<$0.upperBound + holder * size / count
        }
      }
      #expect(held == whole)
      #expect(whole.count == max(1, min(16, size)))
    }
  }

  @Test func aTreeSplitsRunsInHalves() {
    func words(_ count: Int) -> String { SumTree.sum(0..<count, { "\($0)" }, adding: { $0 = "(\($0)+\($1))" }) }
    #expect(words(1) == "0")
    #expect(words(4) == "((0+1)+(2+3))")
    #expect(words(5) == "((0+1)+(2+(3+4)))")
    for count in 1...17 {
      var waiting: [String] = []
      for (index, additions) in SumTree.additions(of: count).enumerated() {
        waiting.append("\(index)")
        #expect(waiting.count <= SumTree.depth(of: count))
        for _ in 0..<additions {
          let right = waiting.removeLast()
          waiting.append("(\(waiting.removeLast())+\(right))")
        }
      }
      #expect(waiting == [words(count)])
      var places = (0..<count).map { "\($0)" }
      for step in SumTree.steps(of: count) { places[step.left] = "(\(places[step.left])+\(places[step.right]))" }
      #expect(places[0] == words(count))
    }
  }
}

/// Holders that run as threads of the test and wait for each other at every sum.
private final class Meeting: @unchecked Sendable {
  private let count: Int
  private let condition = NSCondition()
  private var given: [Int: [Double]] = [:]
  private var (round, sum): (Int, [Double]) = (0, [])

  init(_ count: Int) { self.count = count }

  struct Member: Communicator {
    let meeting: Meeting
    let index: Int
    var holders: Int { meeting.count }
    func sum(_ values: [Double]) -> [Double] { meeting.meet(index, values) }
  }

  /// The results of all holders, in order.
  func run<Result: Sendable>(_ body: @escaping @Sendable (_ member: Member, _ index: Int) -> Result) -> [Result] {
    let results = Locked<[Int: Result]>([:])
    let done = DispatchSemaphore(value: 0)
    for index in 0..<count {
      Thread.detachNewThread {
        let result = body(Member(meeting: self, index: index), index)
        results.withLock { $0[index] = result }
        done.signal()
      }
    }
    for _ in 0..<count { done.wait() }
    return results.withLock { all in (0..<count).compactMap { all[$0] } }
  }

  private func meet(_ index: Int, _ values: [Double]) -> [Double] {
    condition.lock()
    defer { condition.unlock() }
    let current = round
    given[index] = values
    if given.count == count {
      sum = SumTree.sum((0..<count).map { given[$0] ?? [] })
      given = [:]
      round += 1
      condition.broadcast()
    }
    while round == current { condition.wait() }
    return sum
  }
}
