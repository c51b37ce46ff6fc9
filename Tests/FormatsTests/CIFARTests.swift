import Records
import TestSupport
import Testing

@testable import Formats

@Suite struct CIFARTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func record(_ labels: [UInt8], seed: UInt32) -> [UInt8] { labels + patternless(3072, seed: seed) }

  private func ten(_ labels: [UInt8]) -> [UInt8] {
    labels.enumerated().flatMap { record([$0.element], seed: UInt32($0.offset)) }
  }

  @Test func recordsKeepTheirBytesLabelsAndPlaces() throws {
    let files = [try folder.input(ten([3, 9]), "a.bin"), try folder.input(ten([0]), "b.bin")]
    let decoded = try Decoded { try DataSet.cifar(files, labels: .ten) }
    #expect(decoded.failure == nil)
    #expect(decoded.shape == [3, 32, 32])
    #expect(decoded.type == .u8)
    #expect(decoded.labels == [3, 9, 0])
    #expect(decoded.ids == [0, 1, 2])
    #expect(decoded.images == patternless(3072, seed: 0) + patternless(3072, seed: 1) + patternless(3072, seed: 0))
    #expect(decoded.classes?.count == 10)
    #expect(decoded.classes?[3] == "cat")
  }

  @Test func manyRecordsComeInBatchesOfBoundedSize() throws {
    let labels = (0..<3000).map { UInt8($0 % 10) }
    var source = try DataSet.cifar([try folder.input(ten(labels), "a.bin")], labels: .ten)
    var counts: [Int] = []
    while let batch = try source.next() { counts.append(batch.count) }
    #expect(counts.reduce(0, +) == 3000)
    #expect(counts.allSatisfy { $0 * 3073 <= 4 << 20 })
  }

  @Test func hundredClassesOrTwentyGroups() throws {
    let bytes = record([4, 0], seed: 0) + record([19, 99], seed: 1)
    let fine = try Decoded { try DataSet.cifar([try folder.input(bytes, "a.bin")], labels: .hundred) }
    #expect(fine.labels == [0, 99])
    #expect(fine.classes?.count == 100)
    #expect(fine.classes?.first == "apple" && fine.classes?.last == "worm")
    #expect(fine.images == patternless(3072, seed: 0) + patternless(3072, seed: 1))
    let coarse = try Decoded { try DataSet.cifar([try folder.input(bytes, "a.bin")], labels: .twentyGroups) }
    #expect(coarse.labels == [4, 19])
    #expect(coarse.classes?.count == 20)
    #expect(coarse.classes?[4] == "fruit_and_vegetables" && coarse.classes?.last == "vehicles_2")
  }

  @Test func namesAreSortedAndDifferent() {
    for names in [CIFARNames.hundred, CIFARNames.twentyGroups] {
      #expect(zip(names, names.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func aPartOfARecordIsNamedAfterTheWholeOnes() throws {
    let decoded = try Decoded {
      try DataSet.cifar([try folder.input(ten([1, 2]) + [5, 5, 5], "short.bin")], labels: .ten)
    }
    #expect(decoded.labels == [1, 2])
    let words = decoded.words()
    #expect(words.contains("short.bin") && words.contains("3 bytes follow record number 2"))
  }

  @Test func aLabelOutOfRangeIsNamedAfterTheGoodOnes() throws {
    let decoded = try Decoded { try DataSet.cifar([try folder.input(ten([1, 10, 2]), "a.bin")], labels: .ten) }
    #expect(decoded.labels == [1])
    #expect(decoded.words().contains("a.bin: record 1 (byte 3073): label 10 is not 0 to 9"))
  }

  @Test func bothLabelsOfAHundredAreChecked() throws {
    for (labels, word) in [([20, 0], "label 20 is not 0 to 19"), ([0, 100], "label 100 is not 0 to 99")] {
      let bytes = record(labels.map { UInt8($0) }, seed: 0)
      for choice in [DataSet.CIFARLabels.hundred, .twentyGroups] {
        let decoded = try Decoded { try DataSet.cifar([try folder.input(bytes, "a.bin")], labels: choice) }
        #expect(decoded.words().contains(word))
      }
    }
  }

  @Test func anEmptyFileIsAnError() throws {
    let files = [try folder.input(ten([1]), "a.bin"), try folder.input([], "empty.bin")]
    let decoded = try Decoded { try DataSet.cifar(files, labels: .ten) }
    #expect(decoded.labels == [1])
    #expect(decoded.words().contains("empty.bin: the file is empty"))
  }

  @Test func gzipIsUnpackedOnTheWay() throws {
    let labels = (0..<200).map { UInt8($0 % 10) }
    let whole = ten(labels)
    let decoded = try Decoded {
      try DataSet.cifar([try folder.input(try folder.gzip(whole), "a.bin.gz")], labels: .ten)
    }
    #expect(decoded.labels == labels.map(Int.init))
    #expect(decoded.failure == nil)
  }
}
