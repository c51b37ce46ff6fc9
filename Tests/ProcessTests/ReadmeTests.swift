import Foundation
import Records
import TestSupport
import Testing

/// The README's Python, run as printed: its blocks begin with a comment that names the file.
@Suite struct ReadmeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in Self.blocks.keys { try folder.write(Array((Self.blocks[name] ?? "").utf8), to: name) }
    try SampleStream.write(SampleStream.batch(40), to: "purified.rec", in: folder)
  }

  /// The indented blocks of the README whose first line is "# NAME.py…", without the indentation.
  private static let blocks: [String: String] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../README.md")
    let lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").components(separatedBy: "\n")
    var blocks: [String: String] = [:]
    var name: String?
    for line in lines {
      if let match = line.firstMatch(of: /^    # ([a-z]+\.py)/) { name = String(match.1) }
      if !line.isEmpty, !line.hasPrefix("    ") { name = nil }
      if let name { blocks[name, default: ""] += line.dropFirst(4) + "\n" }
    }
    return blocks
  }()

  private static func runs(_ block: String, with modules: String) -> Bool {
    blocks[block] != nil
      && (try? ProcessRunner.shell("\(ForeignPrograms.python) -c 'import \(modules)' 2>&1"))?.status == 0
  }

  private func python(_ script: String) throws -> ProcessResult {
    try ProcessRunner.shell("\(ForeignPrograms.python) \(script)", directory: folder.path)
  }

  @Test(.enabled(if: runs("records.py", with: "zstandard, safetensors.numpy")))
  func pythonReadsAndWritesRecords() throws {
    let script = """
      from records import read, write
      batches = list(read("purified.rec"))
      for batch in batches: batch["mine"] = batch["id"] * 2
      write("again.rec", batches)
      """
    try folder.write(Array(script.utf8), to: "script.py")
    let result = try python("script.py")
    #expect(result.status == 0, "\(result.errorText)")
    let batch = try #require(Pictures.read(folder.read("again.rec"), in: folder).first)
    let original = try SampleStream.batch(40)
    #expect(batch.image == original.image && batch.labels == original.labels && batch.ids == original.ids)
    #expect(batch.columns["mine"]?.integers == (0..<40).map { $0 * 2 })
    #expect(try ProcessRunner.shell("cat purified.rec purified.rec > two.rec", directory: folder.path).status == 0)
    #expect(
      try python("-c 'from records import read; print(sum(len(b[\"id\"]) for b in read(\"two.rec\")))'").text == "80\n")
    try folder.write(Array(folder.read("purified.rec").dropLast(24)), to: "cut.rec")
    #expect(try python("-c 'from records import read; list(read(\"cut.rec\"))'").status == 1)
  }

  @Test(.enabled(if: runs("train.py", with: "torch, zstandard, safetensors.numpy")))
  func aLoaderIsFed() throws {
    let result = try python("train.py")
    #expect(result.status == 0, "\(result.errorText)")
  }

  /// Weights under the published names, as `torch.save` writes them, become a model that `ue-rec info` knows.
  @Test(.enabled(if: runs("weights.py", with: "torch, zstandard, safetensors.numpy")))
  func publishedWeightsBecomeAModel() throws {
    let script = """
      import torch
      torch.save({"module.fc21.weight": torch.ones(2, 3, 1, 1), "n": torch.tensor(5)}, "checkpoint.pth")
      """
    try folder.write(Array(script.utf8), to: "script.py")
    let result = try ProcessRunner.shell(
      "\(ForeignPrograms.python) script.py && \(ForeignPrograms.python) weights.py && ue-rec info m1",
      directory: folder.path)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.hasPrefix("m1: a model, dvae, 6 parameters"), "\(result.text)")
  }
}
