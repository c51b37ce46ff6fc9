import Glibc
import Records

/// A program that is several tools: which of them, the name tells that it is called by. Swift's own libraries are then linked
/// into one file in place of as many as there are tools.
package struct MultiCallProgram {
  private let tools: [String: any Tool.Type]

  /// A program of the given tools.
  package init(_ tools: [any Tool.Type]) {
    self.tools = Dictionary(uniqueKeysWithValues: tools.map { ($0._commandName, $0) })
  }

  /// Runs the tool that the process was called as, and ends the process. With `--tools` the program tells their names, a line
  /// each, for whoever makes the links.
  package func run() -> Never {
    if let tool = tools[StandardError.toolName] { tool.main() }
    let names = tools.keys.sorted()
    if Arguments.words == ["--tools"] {
      do {
        try StandardOutput.write(names.map { $0 + "\n" }.joined())
        exit(0)
      } catch {
        StandardError.say((error as? Failure)?.message ?? "internal error: \(error)")
        exit(74)
      }
    }
    StandardError.say("call it by the name of one of its tools, through a link: \(names.joined(separator: ", "))")
    exit(64)
  }
}
