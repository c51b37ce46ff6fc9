extension Tensor {
  /// For every row of a tensor [N, C], the column of its largest element; the first of equals, and 0 where no element is
  /// a number.
  package var largestColumns: [Int] {
    precondition(shape.count == 2 && shape[1] > 0, "the largest columns of \(shape)")
    let (columns, elements) = (shape[1], values)
    return (0..<shape[0]).map { row in
      var best = 0
      for column in 1..<max(1, columns)
      where elements[row * columns + column] > elements[row * columns + best] || elements[row * columns + best].isNaN {
        best = column
      }
      return best
    }
  }
}
