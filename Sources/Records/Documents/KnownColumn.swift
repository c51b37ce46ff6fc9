import OrderedCollections

/// The columns whose type and shape the format fixes.
package enum KnownColumn: String {
  /// The pictures.
  case image
  /// The class of each.
  case label
  /// The position in the source.
  case id
  /// The file's name within the folder it came from, in bytes, with zeros behind it.
  case path
  /// Whether it is known to be poisoned.
  case poisoned
  /// What was added to the picture.
  case perturbation
  /// How much it looks poisoned.
  case score
  /// Whether it was found to be poisoned.
  case flag

  /// Checks type and shape. Precondition: the column has a dimension for the records.
  ///
  /// - Throws: `Failure` of kind `data`, without a place.
  func check(_ column: Column, among columns: OrderedDictionary<String, Column>) throws {
    let shape = column.recordShape
    let isRight =
      switch self {
      case .image: [.u8, .f32].contains(column.type) && Self.isPictures(column)
      case .perturbation: column.type == .f32 && Self.isPictures(column)
      case .label, .id: column.type == .i64 && shape.isEmpty
      case .poisoned, .flag: column.type == .u8 && shape.isEmpty
      case .path: column.type == .u8 && shape.count == 1
      case .score: column.type == .f32 && shape.isEmpty
      }
    guard isRight else {
      throw Failure(
        .data, "the column \"\(rawValue)\" is \(column.type.rawValue) \(column.shape), where \(expectation) is expected"
      )
    }
    if self == .perturbation, let image = columns[Self.image.rawValue], image.shape != column.shape {
      throw Failure(.data, "the column \"\(rawValue)\" is \(column.shape), its pictures are \(image.shape)")
    }
  }

  /// Where there are no pictures, nobody may know their size: it may then be 0.
  private static func isPictures(_ column: Column) -> Bool {
    let shape = column.recordShape
    return shape.count == 3 && [1, 3].contains(shape[0]) && (column.count == 0 || shape[1] > 0 && shape[2] > 0)
  }

  private var expectation: String {
    switch self {
    case .image: "U8 or F32 [N, 3 or 1, H, W]"
    case .perturbation: "F32 [N, 3 or 1, H, W]"
    case .label, .id: "I64 [N]"
    case .poisoned, .flag: "U8 [N]"
    case .path: "U8 [N, L]"
    case .score: "F32 [N]"
    }
  }
}
