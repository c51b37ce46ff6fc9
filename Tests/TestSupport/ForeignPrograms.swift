import Foundation
import Testing

/// The programs of others that tests use where the machine has them.
public enum ForeignPrograms {
  /// A Python interpreter: the one that `UE_PYTHON` names, or else `python3`.
  public static let python = ProcessInfo.processInfo.environment["UE_PYTHON"] ?? "python3"
  /// Whether it has what reads and writes our streams.
  public static let hasPython = works("\(python) -c 'import numpy, zstandard, safetensors.numpy'")
  /// Whether it has Pillow too.
  public static let hasPillow = works("\(python) -c 'import numpy, PIL'")
  public static let hasZstd = works("zstd --version")
  public static let noPython: Comment =
    "needs python3 (or the interpreter that UE_PYTHON names) with numpy, zstandard and safetensors"
  public static let noZstd: Comment = "needs the zstd command"

  private static func works(_ line: String) -> Bool {
    (try? ProcessRunner.shell("\(line) >/dev/null 2>&1"))?.status == 0
  }
}
