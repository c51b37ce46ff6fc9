import Formats
import Records

extension ForeignPerturbations {
  /// What the numbers of perturbations mean.
  package enum Scale: String, Sendable, CaseIterable {
    /// Pictures lie in 0 to 1.
    case unit
    /// Pictures lie in 0 to 255.
    case byte

    /// The scale of an array's numbers: the one told, or else the one that they leave.
    ///
    /// - Throws: `Failure` of kind `data` for numbers that are not finite or beyond any picture; where nothing is told, also
    ///   for those that may be in either scale, and for those that look like something else than perturbations.
    init(of array: ForeignArray, told: Scale?) throws {
      let numbers = try Numbers(array)
      if let told {
        guard told == .byte || numbers.largest <= 1 else {
          throw Failure(
            .data, "\(array.name): holds the value ±\(numbers.largest), but on the unit scale none is beyond ±1")
        }
        self = told
        return
      }
      try Self.check(numbers, of: array)
      if array.isInteger || numbers.largest > 2 {
        self = .byte
        return
      }
      // Of a perturbation in levels nearly all elements would have to be below half a level.
      guard numbers.largest <= 0.5 else {
        throw Failure(
          .data,
          "\(array.name): its largest element is ±\(numbers.largest), which may be a fraction or a level; "
            + "say which with --scale unit or --scale byte")
      }
      self = .unit
    }

    /// Perturbations are small beside pictures: on average no element is beyond an eighth of their range.
    private static func check(_ numbers: Numbers, of array: ForeignArray) throws {
      if array.isUnsigned, numbers.largest >= 192, !numbers.hasMiddle {
        throw Failure(
          .data,
          "\(array.name): \(array.typeName) with values near 0 and near \(Int(numbers.largest)) and none between may be "
            + "signed numbers that were saved as unsigned: --signed takes them so, and --scale byte as they are")
      }
      let range: Float = array.isInteger || numbers.largest > 2 ? 255 : 1
      guard numbers.mean > Double(range) / 8 else { return }
      let mean = "a mean size of \(numbers.mean.significant(3)), where pictures lie in 0 to \(Int(range)),"
      throw Failure(
        .data,
        "\(array.name): "
          + (numbers.hasNegative
            ? "\(mean) is more than a perturbation has"
            : "no value is negative, and \(mean) is that of pictures, not of perturbations")
          + "; --scale unit or --scale byte adds them all the same")
    }
  }

  /// What all the numbers of an array have in common.
  private struct Numbers {
    /// The largest magnitude.
    var largest: Float = 0
    /// The mean magnitude.
    var mean = 0.0
    var hasNegative = false
    /// Whether one lies where neither small bytes nor small negative ones taken for bytes do.
    var hasMiddle = false

    init(_ array: ForeignArray) throws {
      for row in 0..<array.shape[0] {
        var sum: Float = 0
        for value in array.row(row) {
          guard value.magnitude <= 255 else { throw Self.fault(array, row, value) }
          largest = max(largest, value.magnitude)
          hasNegative = hasNegative || value < 0
          hasMiddle = hasMiddle || value >= 64 && value < 192
          sum += value.magnitude
        }
        mean += Double(sum) / Double(array.rowLength) / Double(array.shape[0])
      }
    }

    private static func fault(_ array: ForeignArray, _ row: Int, _ value: Float) -> Failure {
      let words =
        if value.isNaN {
          "a value that is not a number (nan)"
        } else if array.isUnsigned {
          "the value \(Int(exactly: value) ?? .max), in \(array.typeName); none is beyond 255. Where signed numbers were "
            + "saved as unsigned, --signed takes them so"
        } else {
          "the value \(value); none is beyond ±255"
        }
      return Failure(.data, "\(array.name): perturbation \(row) holds \(words)")
    }
  }
}
