import ArgumentParser
import CommandSupport
import Formats
import Records

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = UEEncode.self

struct UEEncode: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-encode",
    abstract: "Turn a stream of records into a data set on disk.",
    discussion: """
      The way back from ue-decode. What the form of data set cannot hold, such as further columns, is named in a note.
      """,
    subcommands: [
      Folder.self, CIFAR10.self, CIFAR100.self, NumPyArchive.self, Safetensors.self, WebDataset.self,
    ])
}

extension RecordNaming: ExpressibleByArgument {}

/// A subcommand for one form of data set: what it has to say is where the records go.
protocol EncodeCommand: Tool {
  associatedtype Sink: RecordSink
  var input: InputOptions { get }
  var telling: QuietOption { get }

  /// What the arguments ask to write.
  func sink() throws -> Sink
}

extension EncodeCommand {
  func execute() throws {
    let reader = try input.reader()
    var sink = try sink()
    let count = try encode(reader, into: &sink)
    for note in sink.notes { telling.say("note: \(note)") }
    telling.say("\(counted(count, "record")) written")
  }
}
