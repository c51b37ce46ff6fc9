import OrderedCollections
import Records

extension StreamDifference {
  /// The comparison for a person to read.
  package var text: String {
    var table = TextTable([.left] + [TextTable.Alignment](repeating: .right, count: 7))
    table.add(["column", "differing", "PSNR", "lowest", "mean", "mean l2", "mean linf", "max linf"])
    for (name, column) in columns {
      table.add(
        [name, "\(column.differing)"]
          + (column.isPicture
            ? [column.ratio, column.lowestRatio, column.meanRatio].map { $0.cell(2) }
              + [column.meanDistance, column.meanPeak, column.largestPeak].map { $0.cell(5) } : []))
    }
    var text = counted(records, "record") + "\n" + table.text()
    for (name, columns) in [(names.first, onlyInFirst), (names.second, onlyInSecond)] where !columns.isEmpty {
      text += "only in \(name.printable): \(columns.map(\.printable).joined(separator: " "))\n"
    }
    return text
  }

  /// The comparison for a program to read: one object. What is infinite or has no value, such as the PSNR of equal
  /// pictures, is null.
  package var json: JSON {
    .object([
      "records": .integer(records), "columns": .object(columns.mapValues(\.json)),
      "only_in_first": .array(onlyInFirst.map(JSON.string)), "only_in_second": .array(onlyInSecond.map(JSON.string)),
    ])
  }
}

extension ColumnDifference {
  fileprivate var json: JSON {
    var members: OrderedDictionary<String, JSON> = ["differing": .integer(differing)]
    if isPicture {
      members["psnr"] = .number(ratio)
      members["psnr_lowest"] = .number(lowestRatio)
      members["psnr_mean"] = .number(meanRatio)
      members["l2_mean"] = .number(meanDistance)
      members["linf_mean"] = .number(meanPeak)
      members["linf_max"] = .number(largestPeak)
    }
    return .object(members)
  }
}
