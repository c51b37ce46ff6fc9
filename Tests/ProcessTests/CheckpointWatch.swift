import Glibc
import Records
import TestSupport

/// The checkpoint `ck` of a training in the folder.
extension TemporaryFolder {
  func checkpoint() throws -> CheckpointDocument { try CheckpointDocument.read(try InputFile.open(file("ck"))) }

  /// Waits until the checkpoint has been written so many times, or the process has ended.
  func waitForCheckpoints(_ count: Int, of process: RunningProcess) {
    var (last, seen) = (lastWritten(), 0)
    while seen < count, !process.hasEnded {
      usleep(200)
      let now = lastWritten()
      if now != last { (last, seen) = (now, seen + 1) }
    }
  }

  /// When the checkpoint was last written, in nanoseconds; nil where there is none.
  private func lastWritten() -> Int? {
    var status = stat()
    guard stat(file("ck"), &status) == 0 else { return nil }
    return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }
}
