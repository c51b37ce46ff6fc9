import Testing

@testable import Records

@Suite struct RowFileTests {
  @Test func rowsAreReadAsTheyWereWritten() throws {
    let file = try RowFile(width: 3)
    try file.write([5, 0], [1, 2, 3, 4, 5, 6])
    #expect(try file.read([0, 5, 2, 9]) == [4, 5, 6, 1, 2, 3, 0, 0, 0, 0, 0, 0])
    try file.write([5], [7, 8, 9])
    #expect(try file.read([5]) == [7, 8, 9])
    #expect(try file.read([]) == [])
  }

  /// Rows behind the last one written are mapped too.
  @Test func rowsAreMappedAsTheyWereWritten() throws {
    let file = try RowFile(width: 2)
    try file.write([1], [1, 2])
    #expect(try file.withRows(2) { Array($0) } == [0, 0, 1, 2])
    let many = try file.withRows(5000) { Array($0) }
    #expect(many.count == 10_000 && many[..<4] == [0, 0, 1, 2] && many[4...].allSatisfy { $0 == 0 })
    #expect(try file.withRows(0) { $0.count } == 0)
  }
}
