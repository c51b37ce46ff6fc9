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
}
