import Glibc
import Records
import TestSupport
import Testing

@Suite struct SignalTests {
  /// Starts `ue-rec head -o` on a pipe that stays open, waits until its temporary file stands, and gives both to `body`.
  private func withWaitingTool(_ body: (RunningProcess, TemporaryFolder) throws -> Void) throws {
    let folder = try TemporaryFolder()
    try SampleStream.write(SampleStream.batch(3), to: "a.rec", in: folder)
    let bytes = try folder.read("a.rec")
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    defer { ends.forEach { close($0) } }
    // A small stream fits the pipe: this does not block.
    try #require(write(ends[1], bytes, bytes.count) == bytes.count)
    let tool = try ProcessRunner.start(
      "ue-rec", ["head", "-n", "1000", "-o", folder.file("out.rec")], input: .descriptor(ends[0]))
    while try folder.names().count < 2 { usleep(1000) }
    try body(tool, folder)
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGPIPE]) func aStoppedToolLeavesNoTemporaryFile(_ signal: Int32) throws {
    try withWaitingTool { tool, folder in
      tool.send(signal)
      let result = try tool.wait()
      #expect(result.signal == signal)
      #expect(result.errorText.isEmpty)
      #expect(try folder.names() == ["a.rec"])
    }
  }
}
