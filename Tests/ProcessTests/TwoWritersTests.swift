import Glibc
import Records
import TestSupport
import Testing

/// Two processes that write the same file at the same time.
@Suite struct TwoWritersTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (name, count) in [("a.rec", 12), ("b.rec", 13)] {
      _ = try Pictures.write(Pictures.batch(count: count), to: name, in: folder)
    }
  }

  /// A tool that has its output open and waits for its input to go on.
  private struct Waiting {
    let process: RunningProcess
    let input: Int32
  }

  /// Starts a tool on a pipe, and waits until it has made so many files beside the two of records.
  private func start(_ tool: String, _ arguments: [String], until files: Int) throws -> Waiting {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    let process = try ProcessRunner.start(tool, arguments, input: .descriptor(ends[0]), directory: folder.path)
    close(ends[0])
    while try folder.names().count < 2 + files, !process.hasEnded { usleep(1000) }
    return Waiting(process: process, input: ends[1])
  }

  /// Gives a waiting tool records, which fit its pipe, and lets it end.
  private func finish(_ waiting: Waiting, _ name: String) throws -> ProcessResult {
    let bytes = try folder.read(name)
    #expect(write(waiting.input, bytes, bytes.count) == bytes.count)
    close(waiting.input)
    return try waiting.process.wait()
  }

  @Test(arguments: [["ue-rec", "head", "-n", "99"], ["cls-train", "-q", "--width", "2", "--epochs", "1"]])
  func theSameOutputIsOneWholeFile(_ line: [String]) throws {
    let arguments = Array(line.dropFirst())
    let whole = try ["a.rec", "b.rec"].map { name in
      try ProcessRunner.run(line[0], arguments, input: .file(folder.file(name))).output
    }
    #expect(whole[0] != whole[1] && !whole.contains([]))
    let first = try start(line[0], arguments + ["-o", "out"], until: 1)
    let second = try start(line[0], arguments + ["-o", "out"], until: 2)
    #expect(try finish(first, "a.rec").status == 0)
    #expect(try folder.read("out") == whole[0])
    #expect(try finish(second, "b.rec").status == 0)
    #expect(try folder.read("out") == whole[1])
    #expect(try folder.names() == ["a.rec", "b.rec", "out"])
  }

  @Test func anOutputOfManyWritersIsThatOfOne() throws {
    var whole: [[UInt8]] = []
    for seed in 0..<4 {
      whole.append(try ProcessRunner.run("ue-craft", ["lsp", "-q", "--seed", "\(seed)", folder.file("a.rec")]).output)
    }
    // The history tells the seed and the file as they were typed.
    let line = "for s in 0 1 2 3; do ue-craft lsp -q --seed $s -o out \(folder.file("a.rec")) & done; wait"
    for _ in 0..<5 {
      #expect(try ProcessRunner.shell(line, directory: folder.path).status == 0)
      #expect(whole.contains(try folder.read("out")))
      #expect(try folder.names() == ["a.rec", "b.rec", "out"])
    }
  }

  @Test func aLogIsWrittenByOne() throws {
    let arguments = ["-q", "--width", "2", "--epochs", "2", "--log", "log"]
    let first = try start("cls-train", arguments, until: 1)
    let second = try ProcessRunner.run(
      "cls-train", arguments, input: .file(folder.file("b.rec")), directory: folder.path)
    #expect(second.status == 73 && second.output == [])
    #expect(second.errorText == "cls-train: log.partial: another process is writing it\n")
    #expect(try finish(first, "a.rec").status == 0)
    let records = try folder.read("log").split(separator: UInt8(ascii: "\n")).map {
      try JSON(parsing: Array($0))["records"]?.integer
    }
    #expect(records == [nil, 12, 12], "a note, and two epochs of the first one's records")
    #expect(try folder.names() == ["a.rec", "b.rec", "log"])
  }
}
