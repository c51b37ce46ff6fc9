import Foundation
import Records
import TestSupport
import Testing

/// `pipelines/ue_records.py`, between these tools and Python's own.
@Suite struct PythonTests {
  private static let pipelines = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../pipelines").standardized.path
  private static let hasTorch = imports("torch, zstandard, safetensors.numpy")
  private static let hasParquet = imports("pyarrow.parquet, zstandard, safetensors.numpy")
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SampleStream.write(SampleStream.batch(40), to: "a.rec", in: folder)
  }

  private static func imports(_ modules: String) -> Bool {
    (try? ProcessRunner.shell("\(ForeignPrograms.python) -c 'import \(modules)' 2>&1"))?.status == 0
  }

  /// A script that has imported the module.
  private func python(_ script: String) throws -> ProcessResult {
    try folder.write(Array("from ue_records import *\n\(script)\n".utf8), to: "script.py")
    return try ProcessRunner.shell(
      "\(ForeignPrograms.python) script.py", environment: ["PYTHONPATH": Self.pipelines], directory: folder.path)
  }

  /// A line that calls the module as `$R`.
  private func command(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell(
      line, environment: ["R": "\(ForeignPrograms.python) \(Self.pipelines)/ue_records.py"], directory: folder.path)
  }

  private func batch(_ name: String) throws -> ImageBatch {
    try #require(Pictures.read(folder.read(name), in: folder).first)
  }

  @Test(.enabled(if: ForeignPrograms.hasPython, ForeignPrograms.noPython))
  func whatIsReadIsWritten() throws {
    let result = try python(
      """
      batches = list(read("a.rec"))
      assert batches[0].classes == ["cat", "dog"]
      for batch in batches: batch["mine"] = batch["id"] * 2
      write("b.rec", batches)
      """)
    #expect(result.status == 0, "\(result.errorText)")
    let batch = try batch("b.rec")
    let original = try SampleStream.batch(40)
    #expect(batch.image == original.image && batch.labels == original.labels && batch.ids == original.ids)
    #expect(batch.classes == original.classes && batch.history == original.history)
    #expect(batch.columns["mine"]?.integers == (0..<40).map { $0 * 2 })
  }

  /// safetensors would write the memory of a transposed array, and so a scrambled picture.
  @Test(.enabled(if: ForeignPrograms.hasPython, ForeignPrograms.noPython))
  func aTransposedArrayIsWrittenAsItShows() throws {
    let result = try python(
      """
      import numpy
      pictures = numpy.arange(2 * 4 * 5 * 3, dtype=numpy.uint8).reshape(2, 4, 5, 3)
      write("b.rec", [{"image": pictures.transpose(0, 3, 1, 2), "label": numpy.zeros(4, numpy.int64)[::2]}])
      """)
    #expect(result.status == 0, "\(result.errorText)")
    let image = try #require(batch("b.rec").image)
    #expect(image.shape == [2, 3, 4, 5])
    for place in 0..<120 {
      let (picture, channel, pixel) = (place / 60, place / 20 % 3, place % 20)
      #expect(Int(image.bytes[place]) == 60 * picture + 3 * pixel + channel)
    }
  }

  @Test(
    .enabled(if: ForeignPrograms.hasPython, ForeignPrograms.noPython),
    arguments: [
      ("cat a.rec a.rec > x.rec", "80\n", ""), ("head -c -24 a.rec > x.rec", "", "its end mark is missing"),
      ("head -c 300 a.rec > x.rec", "", "cut short within a frame"), ("echo words > x.rec", "", "no record stream"),
      (": > x.rec", "", "empty"), ("(head -c -24 a.rec; cat a.rec) > x.rec", "", "records were lost"),
    ])
  func damageIsNoticed(_ line: String, _ count: String, _ words: String) throws {
    #expect(try command(line).status == 0)
    let result = try python("print(sum(len(batch['id']) for batch in read('x.rec')))")
    #expect(result.text == count && (words.isEmpty || result.errorText.contains(words)), "\(result.errorText)")
    #expect((result.status == 0) == words.isEmpty)
  }

  @Test(.enabled(if: hasTorch)) func aLoaderIsFed() throws {
    let result = try python(
      """
      from torch.utils.data import DataLoader
      found = {}
      for pictures, labels in DataLoader(RecordDataset("a.rec", "a.rec", transform=lambda x: x * 2), batch_size=16):
          assert str(pictures.dtype) == "torch.float32" and pictures.shape[1:] == (3, 8, 8)
          for picture, label in zip(pictures, labels): found[len(found)] = (picture.sum().item(), label.item())
      for index, (total, label) in found.items():
          batch = next(read("a.rec"))
          assert label == batch["label"][index % 40]
          assert abs(total - 2 * batch["image"][index % 40].sum() / 255) < 1e-3
      print(len(found))
      """)
    #expect(result.text == "80\n", "\(result.errorText)")
  }

  /// Weights as `torch.save` writes them, alone or among other entries, become a model that gives the same pictures.
  @Test(.enabled(if: hasTorch), arguments: ["weights", "{'epoch': 3, 'model_state_dict': weights}"])
  func publishedWeightsBecomeAModel(_ saved: String) throws {
    #expect(try command("dvae-fit --width 2 --latent 3 --epochs 1 --batch 8 -q a.rec -o m").status == 0)
    let result = try python(
      """
      import torch
      weights = {"module." + name: torch.from_numpy(value) for name, value in next(read("m")).items()}
      weights["module.bn1.num_batches_tracked"] = torch.tensor(5)
      torch.save(\(saved), "checkpoint.pth")
      """)
    #expect(result.status == 0, "\(result.errorText)")
    let line = """
      $R weights checkpoint.pth > n && dvae-apply m --subtract -q a.rec -o b.rec && \
      dvae-apply n --subtract -q a.rec -o c.rec
      """
    let made = try command(line)
    #expect(made.status == 0, "\(made.errorText)")
    #expect(try batch("b.rec").image == batch("c.rec").image)
    let refused = try command("$R weights a.rec > n")
    #expect(refused.status == 65 && refused.errorText.contains("a.rec: no weights"), "\(refused.errorText)")
  }

  /// PyTorch's weights of a classifier become a model that answers as PyTorch does, and ours load there under the same
  /// names.
  @Test(
    .enabled(if: hasTorch),
    arguments: ["resnet18", "resnet34", "resnet50", "densenet121", "mobilenetv2", "mobilenetv2-imagenet"])
  func classifiersComeFromPyTorchAndGoThere(_ network: String) throws {
    let fixtures =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"
    let made = try python(
      """
      import sys, torch
      sys.path.insert(0, "\(fixtures)")
      from classifiers import NETWORKS, Basic, ResNet
      build = NETWORKS.get("\(network)", lambda width: ResNet(Basic, [2, 2, 2, 2], width))
      torch.manual_seed(1)
      # Of an odd width, which the first filters of a MobileNet do not tell.
      torch.save({"net": build(5).state_dict(), "epoch": 1}, "theirs.pth")
      """)
    #expect(made.status == 0, "\(made.errorText)")
    let line = """
      $R weights --arch \(network) theirs.pth > theirs && cls-eval theirs a.rec --json > theirs.json && \
      cls-train --model \(network) --width 5 --class-count 10 --epochs 2 --batch 8 -q a.rec -o ours && \
      cls-eval ours a.rec --json > ours.json
      """
    let evaluated = try command(line)
    #expect(evaluated.status == 0, "\(evaluated.errorText)")
    let result = try python(
      """
      import json, sys, torch
      sys.path.insert(0, "\(fixtures)")
      from classifiers import NETWORKS, Basic, ResNet
      build = NETWORKS.get("\(network)", lambda width: ResNet(Basic, [2, 2, 2, 2], width))
      batch = next(read("a.rec"))
      pictures = torch.from_numpy(batch["image"]).float() / 255
      for name in ("theirs", "ours"):
          model = build(5)
          weights = {key: torch.from_numpy(value) for key, value in next(read(name)).items()}
          missing, unknown = model.load_state_dict(weights, strict=False)
          assert not unknown and all("num_batches" in key for key in missing), (missing, unknown)
          found = model.eval()(pictures).argmax(1).tolist()
          hits = sum(int(a == b) for a, b in zip(found, batch["label"])) / len(found)
          assert abs(json.load(open(name + ".json"))["accuracy"] - hits) < 1e-6, name
          print(name, sorted(set(found)))
      """)
    #expect(result.status == 0 && result.text.contains("ours"), "\(result.errorText)")
  }

  @Test(.enabled(if: hasParquet)) func labelsOfSafetensorsAreChecked() throws {
    let made = try python(
      """
      import numpy
      from safetensors.numpy import save_file
      pictures = numpy.zeros((2, 3, 4, 4), numpy.uint8)
      save_file({"image": pictures, "label": numpy.array([0, -1])}, "negative.safetensors")
      save_file({"image": pictures, "label": numpy.array([0, 2])}, "high.safetensors", {"ue.classes": '["a", "b"]'})
      """)
    #expect(made.status == 0, "\(made.errorText)")
    for name in ["negative", "high"] {
      let refused = try command("ue-decode safetensors \(name).safetensors > b.rec")
      #expect(refused.status == 65 && refused.errorText.contains("record 1: the label is "), "\(refused.errorText)")
    }
  }

  @Test(.enabled(if: hasParquet)) func parquetBecomesRecords() throws {
    #expect(try command("ue-encode folder --name position -q pictures < a.rec").status == 0)
    let result = try python(
      """
      import glob, json, pyarrow, pyarrow.parquet
      files = sorted(glob.glob("pictures/*/*.png"), key=lambda name: name[-12:])
      table = pyarrow.table({
          "img": [{"bytes": open(name, "rb").read(), "path": None} for name in files],
          "label": [["cat", "dog"].index(name.split("/")[1]) for name in files]})
      told = {"info": {"features": {"label": {"names": ["cat", "dog"]}}}}
      table = table.replace_schema_metadata({"huggingface": json.dumps(told)})
      pyarrow.parquet.write_table(table.slice(0, 25), "0.parquet")
      pyarrow.parquet.write_table(table.slice(25), "1.parquet")
      pyarrow.parquet.write_table(table.append_column("fine", table["label"]), "two.parquet")
      width = pyarrow.table({"img": table["img"], "label": ["cat"] * 40, "width": [8] * 40})
      pyarrow.parquet.write_table(width, "width.parquet")
      told["info"]["features"]["label"]["names"].reverse()
      swapped = table.replace_schema_metadata({"huggingface": json.dumps(told)})
      pyarrow.parquet.write_table(swapped, "swapped.parquet")
      """)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try command("$R parquet 0.parquet 1.parquet > b.rec").status == 0)
    let batch = try batch("b.rec")
    let original = try SampleStream.batch(40)
    #expect(batch.image == original.image && batch.labels == original.labels && batch.classes == ["cat", "dog"])
    let open = try command("$R parquet two.parquet > b.rec")
    #expect(open.status == 65 && open.errorText.contains("label, fine; name one by --label"), "\(open.errorText)")
    #expect(try command("$R parquet --label fine --size 4 two.parquet > b.rec").status == 0)
    #expect(try self.batch("b.rec").image?.shape == [40, 3, 4, 4])
    let width = try command("$R parquet width.parquet > b.rec")
    #expect(
      width.status == 65 && width.errorText.contains("the only column of integers is width"), "\(width.errorText)")
    let swapped = try command("$R parquet 0.parquet swapped.parquet > b.rec")
    #expect(swapped.status == 65 && swapped.errorText.contains("are not those of 0.parquet"), "\(swapped.errorText)")
    #expect(try command("$R parquet a.rec > b.rec").status == 65)
    #expect(try command("$R parquet none.parquet > b.rec").status == 66)
    #expect(try command("$R parquet --nonsense > b.rec").status == 64)
  }
}
