import ArgumentParser
import CommandSupport
import Formats
import Records

/// `ue-encode npz`
struct NumPyArchive: EncodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "npz",
    abstract: "Write a NumPy archive of every column.",
    discussion: """
      Each column is one array under its name, in its own type; the classes' names are the array classes. The columns \
      wait in temporary files (TMPDIR) until their length is known.
      """)

  @OptionGroup var output: BinaryOutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func sink() throws -> NumPyArchiveSink { NumPyArchiveSink(try output.open()) }
}

/// `ue-encode safetensors`
struct Safetensors: EncodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "safetensors",
    abstract: "Write plain safetensors files of every column.",
    discussion: "The files are named PREFIX00000.safetensors and so on; metadata and history go along.")

  @Option(help: ArgumentHelp("What the files' names begin with, such as shards/cifar-.", valueName: "prefix"))
  var prefix: String

  @Option(help: ArgumentHelp("Largest file, but for one record at least. Memory grows with it.", valueName: "size"))
  var shard = ByteCount(64 << 20)

  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func sink() throws -> SafetensorsSink {
    SafetensorsSink(prefix: prefix, shardByteCount: shard.bytes, entry: Provenance.entry())
  }
}

/// `ue-encode webdataset`
struct WebDataset: EncodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "webdataset",
    abstract: "Write a WebDataset, a tar of PNG files, labels and numbers.",
    discussion: """
      Each record is the files KEY.png, KEY.cls (the label) and KEY.json (every other column of one number a record).
      """)

  @Option(name: .customLong("name"), help: "What keys are.")
  var naming = RecordNaming.id

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: BinaryOutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func sink() throws -> WebDatasetSink {
    threading.configure()
    return WebDatasetSink(try output.open(), naming: naming)
  }
}
