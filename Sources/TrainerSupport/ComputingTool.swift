import CommandSupport
import Compute
import Glibc
import Records
import Training

/// A tool that computes with tensors, and whose training may be told to stop.
package protocol ComputingTool: Tool {
  /// What takes less memory, in words that follow "out of memory; ".
  static var memoryAdvice: String { get }
}

extension ComputingTool {
  /// For tools whose batches have no option.
  package static var memoryAdvice: String { "close other programs, or use a narrower model" }

  /// Runs the tool on the arguments of the process, as `Tool` does. Where a tensor finds no memory it ends with words
  /// and exit code 70, where the temporary file in its place cannot grow with 74; a training that was told to stop ends by
  /// the signal that asked for it.
  package static func main() {
    MemoryShortage.end { place, bytes in
      let size = "\(max(1, bytes >> 20)) MiB more could not be had"
      let fault =
        switch place {
        case .memory: Failure(.software, "out of memory: \(size); \(memoryAdvice)")
        case .temporaryFile:
          Failure(
            .cannotWrite, "the temporary file of --micro-batch: \(size); set TMPDIR to a folder with more space")
        }
      StandardError.say(fault.message)
      Signals.removeTemporaries()
      _exit(fault.exitCode)
    }
    run { error in
      guard error is TrainingStopped else { return nil }
      // All is put away; what is left is to end as whoever sent the signal expects.
      Signals.endAsRequested()
      return Failure.Kind.software.exitCode
    }
  }
}
