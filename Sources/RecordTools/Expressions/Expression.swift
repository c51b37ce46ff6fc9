import Records

/// A condition on a record's columns, as a user writes it: `label == 3 && flag == 1`.
///
///     condition   = both { "||" both }
///     both        = negation { "&&" negation }
///     negation    = "!" negation | comparison
///     comparison  = operand [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) operand ]
///     operand     = number | column | 'class name' | "class name" | "(" condition ")"
///
/// A column is named by letters, digits, `_` and `.`, and holds one number a record. By itself it is true where it is not
/// 0. The name of a class stands for its number.
package struct Expression: Sendable, Equatable {
  /// What was written.
  package let text: String
  let root: Node

  /// A part of a condition.
  indirect enum Node: Sendable, Equatable {
    case number(ColumnValue)
    case column(String)
    case className(String)
    case comparison(Comparison, Node, Node)
    /// Flat, so that only brackets deepen a condition.
    case all([Node])
    case any([Node])
    case not(Node)
  }

  /// How two numbers are compared. A number that is not one (NaN) differs from all and is neither below nor above any.
  enum Comparison: String, Sendable, CaseIterable {
    case equal = "=="
    case unequal = "!="
    case atMost = "<="
    case atLeast = ">="
    case below = "<"
    case above = ">"
  }

  /// Reads a condition.
  ///
  /// - Throws: `Failure` of kind `usage` that names the character where something else was expected.
  package init(parsing text: String) throws {
    var parser = ExpressionParser(text)
    root = try parser.whole()
    self.text = text
  }
}
