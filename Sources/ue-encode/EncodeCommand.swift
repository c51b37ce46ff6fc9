import ArgumentParser
import CommandSupport
import Formats
import Records

extension RecordNaming: ExpressibleByArgument {}

/// A subcommand for one form of data set: what it has to say is where the records go.
protocol EncodeCommand: Tool {
  associatedtype Sink: RecordSink
  var input: InputOptions { get }
  var quiet: Bool { get }

  /// What the arguments ask to write.
  func sink() throws -> Sink
}

extension EncodeCommand {
  func execute() throws {
    let reader = try input.reader()
    var sink = try sink()
    let count = try encode(reader, into: &sink)
    guard !quiet else { return }
    for note in sink.notes { StandardError.say("note: \(note)") }
    StandardError.say("\(count) records written")
  }
}
