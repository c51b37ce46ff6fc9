import Foundation
import TestSupport
import Testing

@testable import Records

@Suite struct FileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func inputsThatCannotBeReadAreNamed() throws {
    let cases = [
      (folder.file("missing"), "No such file or directory"), (folder.path, "a directory"), ("", "No such file"),
      (folder.file("missing") + "/below", "No such file"),
    ]
    for (path, words) in cases {
      let failure = #expect(throws: Failure.self) { _ = try InputFile.open(path) }
      #expect(failure?.kind == .missingInput)
      #expect(failure?.message.hasPrefix("\(path): ") == true && failure?.message.contains(words) == true)
    }
    #expect(try InputFile.open("-").name == "standard input")
  }

  @Test func bytesAreReadToTheEnd() throws {
    let bytes = TestRandom(8).reading { $0.bytes(10_000) }
    let input = try folder.opened(bytes)
    var read: [UInt8] = []
    while true {
      let more = try input.read(upTo: 999)
      if more.isEmpty { break }
      #expect(more.count <= 999)
      read += more
    }
    #expect(read == bytes)
  }

  @Test func outputsAppearWhenCommitted() throws {
    let path = try folder.write([9], to: "out")
    let output = try OutputFile.create(path)
    try output.write([1, 2])
    try output.write([])
    try output.write([3])
    #expect(try folder.read("out") == [9])
    #expect(OutputFile.pendingTemporaries.filter { $0.hasPrefix(folder.path) }.count == 1)
    #expect(try folder.names().count == 2)
    try output.commit()
    #expect(try folder.read("out") == [1, 2, 3])
    #expect(try folder.names() == ["out"])
    #expect(!OutputFile.pendingTemporaries.contains { $0.hasPrefix(folder.path) })
    output.discard()
    #expect(try folder.read("out") == [1, 2, 3])
  }

  @Test func outputsNotCommittedLeaveNothing() throws {
    let path = try folder.write([9], to: "out")
    do {
      let output = try OutputFile.create(path)
      try output.write([1])
    }
    let other = try OutputFile.create(folder.file("new"))
    try other.write([1])
    other.discard()
    #expect(try folder.names() == ["out"])
    #expect(try folder.read("out") == [9])
    #expect(!OutputFile.pendingTemporaries.contains { $0.hasPrefix(folder.path) })
  }

  @Test func permissionsAndLinksStay() throws {
    let path = try folder.write([9], to: "real")
    #expect(chmod(path, 0o640) == 0 && symlink("real", folder.file("link")) == 0)
    let output = try OutputFile.create(folder.file("link"))
    try output.write([1])
    try output.commit()
    #expect(try folder.read("real") == [1])
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == "real")
  }

  @Test func placesThatCannotBeWrittenAreNamed() throws {
    for path in [folder.file("missing") + "/out", folder.path, folder.path + "/", "", ".", folder.file("new") + "/"] {
      let failure = #expect(throws: Failure.self, "\(path)") { _ = try OutputFile.create(path) }
      #expect(failure?.kind == .cannotCreate)
      #expect(failure?.message.hasPrefix("\(path): ") == true)
    }
  }

  @Test func aFullDeviceIsAFailureWithTheSystemsWords() throws {
    let output = try OutputFile.create("/dev/full")
    let failure = #expect(throws: Failure.self) { try output.write([1]) }
    #expect(failure == Failure(.cannotWrite, "/dev/full: cannot be written: No space left on device"))
    let writer = RecordWriter(try OutputFile.create("/dev/full"))
    try writer.write(sampleBatch(1))
    #expect(throws: Failure.self) { try writer.close() }
  }

  @Test func devicesAreWrittenInPlace() throws {
    let output = try OutputFile.create("/dev/null")
    try output.write([1])
    try output.commit()
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func longNamesHaveTemporariesToo() throws {
    let name = String(repeating: "é", count: 127)
    let output = try OutputFile.create(folder.file(name))
    try output.write([1])
    try output.commit()
    #expect(try folder.read(name) == [1])
  }

  @Test func oneFileIsWrittenOnceAtATime() throws {
    let first = try OutputFile.create(folder.file("out"))
    let failure = #expect(throws: Failure.self) { _ = try OutputFile.create(folder.path + "/./out") }
    #expect(failure?.kind == .usage && failure?.message.contains("two outputs") == true)
    try first.commit()
    try OutputFile.create(folder.file("out")).commit()
  }

  /// The lock tells it, not the process's number: that may be of another machine.
  @Test func whatIsBeingWrittenIsNoLeftover() throws {
    let name = ".out.2147483647-0"
    try folder.write([1], to: name)
    let descriptor = open(folder.file(name), O_WRONLY | O_CLOEXEC)
    #expect(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
    OutputFile.removeLeftovers(of: folder.file("out"))
    #expect(try folder.names() == [name])
    #expect(close(descriptor) == 0)
    OutputFile.removeLeftovers(of: folder.file("out"))
    #expect(try folder.names() == [])
  }

  /// A file is locked for as long as it has its temporary name.
  @Test func whoLooksForLeftoversFindsNoFileThatIsBeingCommitted() throws {
    let (path, end) = (folder.file("out"), folder.file("end"))
    let cleaning = Thread { while access(end, F_OK) != 0 { OutputFile.removeLeftovers(of: path) } }
    cleaning.start()
    let fault = Result {
      for _ in 0..<4000 { try OutputFile.create(path).commit() }
    }
    try folder.write([], to: "end")
    #expect(throws: Never.self) { try fault.get() }
  }

  @Test func whatAKilledProcessLeftIsRemoved() throws {
    let path = folder.file("out")
    let output = try OutputFile.create(path)
    // No process has a number as large as this.
    let stale = [".out.2147483647-0", ".out.2147483647-12"]
    let others = [".out.2147483647", ".out.x-0", ".out.-5-0", ".other.2147483647-0", "out.2147483647-0", ".out.0-0"]
    for name in stale + others { try folder.write([1], to: name) }
    OutputFile.removeLeftovers(of: path)
    let own = OutputFile.pendingTemporaries.filter { $0.hasPrefix(folder.path) }.map { $0.split(separator: "/").last }
    #expect(try Set(folder.names()) == Set(others + own.compactMap { $0.map(String.init) }))
    try output.commit()
    OutputFile.removeLeftovers(of: folder.file("none") + "/out")
    try folder.write([1], to: stale[0])
    try OutputFile.create(path).discard()
    #expect(try !folder.names().contains(stale[0]))
  }
}
