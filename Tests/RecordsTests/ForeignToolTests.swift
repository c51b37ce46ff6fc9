import Foundation
import TestSupport
import Testing

@testable import Records

/// What other programs make of our streams, and we of theirs.
@Suite struct ForeignToolTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> String {
    let result = try ProcessRunner.shell(line, directory: folder.path)
    #expect(result.status == 0, "\(line): \(result.errorText)")
    return result.text
  }

  private func python(_ program: String) throws -> String {
    try folder.write(Array(program.utf8), to: "program.py")
    return try shell("\(ForeignPrograms.python) program.py")
  }

  private func sampleModel() throws -> ModelDocument {
    try ModelDocument(
      arch: "vae", config: ["width": 4], tensors: ["w": Column([1, -2, 3] as [Float], shape: [3])])
  }

  @Test(.enabled(if: ForeignPrograms.hasZstd, ForeignPrograms.noZstd)) func zstdTestsAndListsOurStreams() throws {
    try folder.write(folder.stream([sampleBatch(3000, side: 32)]), to: "a.rec")
    _ = try shell("zstd -q -t a.rec")
    #expect(try shell("zstd -lv a.rec").contains("XXH64"))
  }

  @Test(.enabled(if: ForeignPrograms.hasZstd, ForeignPrograms.noZstd)) func digestsAreThoseOfZstdAndSha256sum() throws {
    let model = try sampleModel()
    let output = try OutputFile.create(folder.file("m1"))
    try model.write(to: output)
    try output.commit()
    #expect(try shell("zstd -dc m1 | sha256sum").prefix(64) == model.digest.dropFirst(7))
  }

  @Test(
    .enabled(if: ForeignPrograms.hasZstd, ForeignPrograms.noZstd),
    arguments: ["-1", "-19", "--no-check", "--ultra -22", "--ultra -22 --long=27"])
  func framesOfTheZstdCommandAreRead(options: String) throws {
    let batch = try sampleBatch(2000, side: 16)
    try folder.write(batch.document().serialized(), to: "document")
    try folder.write(EndMark.frame(count: 2000), to: "mark")
    // Through a pipe the command cannot know the size, and leaves it out.
    _ = try shell("cat document | zstd -q \(options) > a.rec && cat mark >> a.rec")
    #expect(try folder.batches(folder.read("a.rec")) == [batch])
  }

  @Test(.enabled(if: ForeignPrograms.hasPython, ForeignPrograms.noPython)) func pythonReadsOurRecords() throws {
    let batches = try [sampleBatch(3), sampleBatch(2, seed: 2)]
    try folder.write(folder.framed(batches), to: "a.rec")
    let sums = try python(
      """
      import numpy, struct, zstandard, safetensors.numpy
      data = open("a.rec", "rb").read()
      assert data[-24:-16] == struct.pack("<II", 0x184D2A55, 16) and data[-16:-8] == b"UEEND\\x01\\0\\0"
      documents = []
      data, count = data[:-24], struct.unpack("<Q", data[-8:])[0]
      while data:
          frame = zstandard.ZstdDecompressor().decompressobj()
          documents.append(safetensors.numpy.load(frame.decompress(data)))
          data = frame.unused_data
      assert count == sum(len(d["label"]) for d in documents)
      assert [d["image"].dtype for d in documents] == [numpy.uint8] * 2
      print([d["image"].astype(int).sum().item() for d in documents], [d["label"].tolist() for d in documents])
      """)
    let images = batches.map { batch in batch.image?.bytes.reduce(0) { $0 + Int($1) } ?? 0 }
    #expect(sums == "\(images) \(batches.map { $0.labels ?? [] })\n")
  }

  @Test(.enabled(if: ForeignPrograms.hasPython, ForeignPrograms.noPython)) func recordsOfPythonAreRead() throws {
    _ = try python(
      """
      import numpy, struct, zstandard, safetensors.numpy
      n = 5
      tensors = {"image": numpy.arange(n * 12, dtype=numpy.float32).reshape(n, 3, 2, 2) / 60,
                 "label": numpy.arange(n, dtype=numpy.int64), "note": numpy.arange(n * 2, dtype=numpy.int16).reshape(n, 2)}
      document = safetensors.numpy.save(tensors, {"ue.kind": "images", "ue.version": "1", "mine": "é"})
      frame = zstandard.ZstdCompressor(write_checksum=True).compress(document)
      open("p.rec", "wb").write(frame + struct.pack("<II", 0x184D2A55, 16) + b"UEEND\\x01\\0\\0" + struct.pack("<Q", n))
      """)
    let batches = try folder.batches(folder.read("p.rec"))
    #expect(batches.count == 1 && batches[0].labels == [0, 1, 2, 3, 4] && batches[0].metadata["mine"] == "é")
    #expect(batches[0].image?.floats == (0..<60).map { Float($0) / 60 })
    let note = try #require(batches[0].columns["note"])
    #expect(note.type == .i16 && note.shape == [5, 2])
    // A filter's writer carries what it does not know, and the bytes stay the same from then on.
    let written = try folder.stream(batches)
    #expect(try folder.batches(written) == batches)
  }

  @Test(.enabled(if: ForeignPrograms.hasPython, ForeignPrograms.noPython)) func modelsTravelBothWays() throws {
    let model = try sampleModel()
    let output = try OutputFile.create(folder.file("m1"))
    try model.write(to: output)
    try output.commit()
    let printed = try python(
      """
      import json, struct, zstandard, safetensors, safetensors.numpy
      data = zstandard.ZstdDecompressor().decompressobj().decompress(open("m1", "rb").read())
      open("m1.safetensors", "wb").write(data)
      with safetensors.safe_open("m1.safetensors", "np") as file: metadata = file.metadata()
      tensors = safetensors.numpy.load(data)
      print(metadata["ue.arch"], json.loads(metadata["ue.config"])["width"], tensors["w"].tolist())
      frame = zstandard.ZstdCompressor().compress(safetensors.numpy.save(tensors, metadata))
      open("m2", "wb").write(frame + struct.pack("<II", 0x184D2A55, 16) + b"UEEND\\x01\\0\\0" + struct.pack("<Q", 1))
      """)
    #expect(printed == "vae 4 [1.0, -2.0, 3.0]\n")
    let back = try ModelDocument.read(InputFile.open(folder.file("m2")))
    #expect(back.tensors == model.tensors && back.config == model.config && back.arch == model.arch)
  }
}
