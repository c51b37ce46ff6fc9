import Compute
import Testing

@Suite struct DoubleMatrixTests {
  @Test func eigenvectorsRebuildTheirMatrix() throws {
    let matrix = DoubleMatrix([4, 1, -2, 1, 2, 0, -2, 0, 3], rows: 3, columns: 3)
    let (values, vectors) = try #require(matrix.symmetricEigensystem())
    #expect(values == values.sorted())
    var scaled = vectors
    for row in 0..<3 { for column in 0..<3 { scaled.elements[row * 3 + column] *= values[column] } }
    let rebuilt = scaled.times(vectors, otherTransposed: true)
    for (left, right) in zip(rebuilt.elements, matrix.elements) { #expect(abs(left - right) < 1e-12) }
    #expect(DoubleMatrix([.nan], rows: 1, columns: 1).symmetricEigensystem() == nil)
  }
}
