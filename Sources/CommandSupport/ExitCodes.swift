import Records

extension Failure.Kind {
  /// The exit code that tells a script what kind of fault it was; the numbers are those of sysexits.h.
  package var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .data: 65
    case .missingInput: 66
    case .software: 70
    case .cannotCreate: 73
    case .cannotWrite: 74
    }
  }
}

extension Failure {
  /// The exit code of a tool that this ends.
  package var exitCode: Int32 { kind.exitCode }
}
