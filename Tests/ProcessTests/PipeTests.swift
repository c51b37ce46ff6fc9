import Glibc
import Records
import TestSupport
import Testing

/// What happens in a pipeline when one end of it goes away, or is slow.
@Suite struct PipeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SampleStream.write(SampleStream.batch(6), to: "a.rec", in: folder)
  }

  /// 27 MiB of records: many times what a pipe holds.
  private func makeLargeStream() throws {
    try SampleStream.write(SampleStream.batch(9000, side: 32), to: "large.rec", in: folder)
  }

  /// 12 MiB of records that suit the models.
  private func makeLongStream() throws {
    try SampleStream.write(SampleStream.batch(60_000), to: "long.rec", in: folder)
  }

  private func shell(_ line: String) throws -> ProcessResult { try ProcessRunner.shell(line, directory: folder.path) }

  private func makeModels() throws {
    #expect(try shell("dvae-fit --width 2 --latent 2 --epochs 1 -q -o m a.rec").status == 0)
    #expect(try shell("cls-train --width 1 --epochs 1 -q -o c a.rec").status == 0)
  }

  @Test func aProducerKilledInMidPipeIsNoticedByEveryConsumer() throws {
    try makeModels()
    try makeLargeStream()
    // `ue-rec head` waits for more than there is: the pipe stays open until it is killed.
    let producer =
      "mkfifo pipe 2> /dev/null; exec 3<>pipe; cat large.rec >&3 & "
      + "bash -c 'ue-rec head -n 100000 <&3 3>&- & echo $! > producer; wait' 2> /dev/null | tee seen 3>&- | "
    let killer =
      " 3>&- & until [ -s seen ]; do sleep 0.01; done; kill -KILL $(cat producer); wait %2; echo $?"
    for consumer in [
      "ue-rec info", "ue-rec head -n 100000", "ue-craft lsp", "dvae-apply m --subtract", "cls-eval c", "cls-train -q",
      "dvae-fit -q",
    ] {
      let result = try shell("rm -f seen producer; set -m; \(producer)\(consumer) > out\(killer)")
      #expect(result.text.hasSuffix("65\n"), "\(consumer): \(result.text) \(result.errorText)")
      #expect(result.errorText.contains("standard input: "), "\(consumer): \(result.errorText)")
    }
  }

  @Test func aConsumerThatLeavesEarlyEndsEveryProducerQuietly() throws {
    try makeModels()
    try makeLargeStream()
    try makeLongStream()
    for producer in [
      "ue-rec head -n 9000 large.rec", "ue-craft lsp large.rec", "dvae-apply m --subtract --dtype f32 long.rec",
      "ue-decode shapes --count 9000",
    ] {
      let result = try shell("\(producer) | head -c 10 > /dev/null; echo ${PIPESTATUS[0]}")
      #expect(result.text == "141\n", "\(producer)")
      #expect(result.errorText.isEmpty, "\(producer): \(result.errorText)")
    }
  }

  @Test func aPipeThatGivesOneByteAtATimeIsReadLikeAFile() throws {
    let bytes = try folder.read("a.rec")
    // A tool that goes away too early ought to fail the test, not to end it.
    signal(SIGPIPE, SIG_IGN)
    for (tool, arguments) in [("ue-rec", ["head"]), ("cls-train", ["--width", "1", "--epochs", "1", "-q"])] {
      var ends: [Int32] = [0, 0]
      // Packets: no read gives more than one write put in.
      try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      let process = try ProcessRunner.start(tool, arguments, input: .descriptor(ends[0]))
      close(ends[0])
      let isWritten = bytes.allSatisfy { byte in withUnsafeBytes(of: byte) { write(ends[1], $0.baseAddress, 1) } == 1 }
      #expect(isWritten)
      close(ends[1])
      let result = try process.wait()
      #expect(result.status == 0, "\(result.errorText)")
      #expect(try result.output == ProcessRunner.run(tool, arguments, input: .bytes(bytes)).output)
    }
  }

  /// Every tool that reads records, given what a full disk or a bad cable makes of a stream.
  @Test(arguments: [
    "ue-rec info", "ue-rec head -n 100", "ue-craft lsp", "dvae-apply m --subtract", "cls-eval c",
    "cls-train --width 1 -q", "dvae-fit --width 2 --latent 2 -q",
  ]) func everyReaderNoticesCutsAndFlips(_ reader: String) throws {
    try makeModels()
    let bytes = try folder.read("a.rec")
    var variants = stride(from: 0, to: bytes.count, by: 151).map { Array(bytes.prefix($0)) }
    for place in stride(from: 7, to: bytes.count, by: 131) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      variants.append(damaged)
    }
    for (index, variant) in variants.enumerated() {
      try folder.write(variant, to: "damaged.rec")
      let result = try shell("\(reader) < damaged.rec > out")
      #expect(result.status == 65, "\(reader), variant \(index): \(result.errorText)")
    }
  }

  /// The same for models, whole and in part.
  @Test(arguments: [("m", "dvae-apply m --subtract a.rec"), ("c", "cls-eval c a.rec"), ("m", "ue-rec info m")])
  func everyReaderNoticesDamagedModels(_ name: String, _ reader: String) throws {
    try makeModels()
    let bytes = try folder.read(name)
    let places = stride(from: 0, to: bytes.count, by: max(1, bytes.count / 12))
    for place in places {
      try folder.write(Array(bytes.prefix(place)), to: name)
      #expect(try shell("\(reader) > out").status == 65, "cut to \(place) bytes")
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      try folder.write(damaged, to: name)
      #expect(try shell("\(reader) > out").status == 65, "byte \(place)")
    }
  }

  @Test(.disabled(if: Sanitizer.isForThreads, Sanitizer.notesReason))
  func filesThatMayNotGrowAreFaultsOfWriting() throws {
    try makeModels()
    try makeLargeStream()
    try makeLongStream()
    // Limits in KiB, below what is to be written; the spool of six pictures takes 1152 bytes.
    for (line, words) in [
      ("ulimit -f 1; ue-rec head -n 9000 large.rec > out", "standard output: cannot be written: File too large"),
      ("ulimit -f 1; ue-rec head -n 9000 -o out large.rec", "out: cannot be written: File too large"),
      ("ulimit -f 1; cls-train --width 1 --epochs 1 -q a.rec > /dev/null", "set TMPDIR to a folder with more space"),
      ("ulimit -f 4; cls-train --width 1 --epochs 1 -q -o out a.rec", "out: cannot be written: File too large"),
      ("ulimit -f 4; dvae-apply m --subtract long.rec > out", "standard output: cannot be written: File too large"),
      (
        "ulimit -f 2; cls-train --width 1 --epochs 30 -q --log log a.rec > /dev/null",
        "log.partial: cannot be written: File too large; the log ends here"
      ),
    ] {
      let result = try shell(line)
      #expect(result.status == 74, "\(line): \(result.errorText)")
      #expect(result.errorText.contains(words), "\(line): \(result.errorText)")
    }
  }
}
