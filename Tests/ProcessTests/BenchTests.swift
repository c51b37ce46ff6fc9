import Records
import TestSupport
import Testing

/// `ue-bench` as a shell runs it.
@Suite struct BenchTests {
  private func bench(_ arguments: String...) throws -> ProcessResult { try ProcessRunner.run("ue-bench", arguments) }

  @Test func eachCaseIsALineOfJSON() throws {
    let result = try bench("--only", "conv3x3-256-256-8", "--seconds", "0.001", "--threads", "1")
    #expect(result.status == 0)
    let line = try JSON(parsing: result.output)
    #expect(line["name"] == "conv3x3-256-256-8")
    #expect(line["threads"] == 1)
    #expect(try #require(line["images_per_s"]?.number) > 0)
  }

  /// `taskset` leaves the process one processor, and more threads would only wait for each other.
  @Test func threadsAreAsManyAsProcessorsAreAllowed() throws {
    let first = "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')"
    let result = try ProcessRunner.shell("taskset -c \(first) ue-bench --only conv3x3-256-256-8 --seconds 0.001")
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try JSON(parsing: result.output)["threads"] == 1)
  }

  @Test func whatCannotBeMeasuredIsAUsageFault() throws {
    for arguments in [
      ["--seconds", "0"], ["--seconds", "inf"], ["--batch", "0"], ["--batch", "9000000000000000000"],
      ["--threads", "0"],
      ["--only", "conv"], ["--only", ""],
    ] {
      let result = try ProcessRunner.run("ue-bench", arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.errorText.hasPrefix("ue-bench: "))
    }
  }

  @Test func aFullDiskIsNoticed() throws {
    let line = "ue-bench --only conv3x3-256-256-8 --seconds 0.001 > /dev/full"
    #expect(try ProcessRunner.shell(line).status == 74)
  }
}
