/// What streams are called over the columns of a sheet, where there is room for a few letters.
enum SheetNames {
  /// The names of files without their folders and `.rec`, and without the words that all begin with: of `cifar-train-lsp.rec`
  /// and `cifar-train-em.rec` only `lsp` and `em`. Files of one name in several folders are called after these.
  static func distinct(_ paths: [String]) -> [String] {
    let paths = paths.map { $0.hasSuffix(".rec") ? String($0.dropLast(4)) : $0 }
    let names = paths.map { String($0.split(separator: "/").last ?? "") }
    return withoutCommonWords(Set(names).count == names.count ? names : paths)
  }

  private static func withoutCommonWords(_ names: [String]) -> [String] {
    guard let first = names.first, names.count > 1 else { return names }
    let common = names.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    // Words end in punctuation, and a name keeps its last.
    guard let end = common.lastIndex(where: { "/-_".contains($0) }) else { return names }
    let length = common.distance(from: common.startIndex, to: end) + 1
    return names.allSatisfy { $0.count > length } ? names.map { String($0.dropFirst(length)) } : names
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
