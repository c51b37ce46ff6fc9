import Records

/// Lines of cells, written in columns of equal width with two spaces between them.
package struct TextTable {
  /// On which side of its column a cell stands.
  package enum Alignment: Sendable { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table whose columns are aligned as given.
  package init(_ alignments: [Alignment]) { self.alignments = alignments }

  /// Adds a line; characters that steer a terminal are written as their numbers.
  ///
  /// Precondition: it has no more cells than the table has columns.
  package mutating func add(_ cells: [String]) {
    precondition(cells.count <= alignments.count, "\(cells.count) cells in a table of \(alignments.count) columns")
    rows.append(cells.map(\.printable))
  }

  /// The lines, each indented and ended, without spaces at the end.
  package func text(indent: Int = 0) -> String {
    let widths = alignments.indices.map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return alignments[column] == .left ? row[column] + space : space + row[column]
      }
      let line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
      return line.trimmingTrailingSpaces + "\n"
    }.joined()
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: Substring {
    self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)]
  }
}

extension Double {
  /// The number for a table: so many digits after the point, and a dash where there is no number.
  func cell(_ digits: Int) -> String { isNaN ? "-" : fixed(digits) }
}
