import Formats
import Foundation
import Records
import TestSupport
import Testing

/// A program that writes a tar whose first file has -1 bytes.
private let negativeSize = """
  import sys; h = bytearray(512); h[0:5] = b"a.png"; h[124:135] = b"-0000000001"; h[156] = 48; h[148:156] = b" " * 8; \
  h[148:155] = b"%06o\\0" % sum(h); sys.stdout.buffer.write(h + bytes(1024))
  """

/// `ue-encode` as a shell runs it: what `ue-decode` made of a data set becomes the data set again.
@Suite struct EncodeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell(line, directory: folder.path)
  }

  private func records(_ name: String) throws -> ImageBatch {
    try #require(Pictures.read(folder.read(name), in: folder).first)
  }

  /// The columns of two streams are the same.
  private func expectEqual(_ first: String, _ second: String) throws {
    #expect(try records(first).columns == records(second).columns)
    #expect(try records(first).classes == records(second).classes)
  }

  private func cifar(_ labels: [[UInt8]]) -> [UInt8] {
    labels.enumerated().flatMap { record, label in label + (0..<3072).map { UInt8(($0 * 7 + record * 13) & 255) } }
  }

  @Test func cifar10ComesBackByteByByte() throws {
    try folder.write(cifar([[3], [0], [9], [3]]), to: "batch.bin")
    let result = try shell("ue-decode cifar10 -q batch.bin | ue-encode cifar10 -o again.bin")
    #expect(result.status == 0)
    #expect(result.errorText == "ue-encode: 4 records written\n")
    #expect(try folder.read("again.bin") == folder.read("batch.bin"))
  }

  /// The form has ids that are positions and names of its own.
  @Test func whatCIFARCannotHoldIsNamed() throws {
    let result = try shell("ue-decode shapes -q --count 4 | ue-rec select 'id > 0' -q | ue-encode cifar10 -o x.bin")
    #expect(result.status == 0)
    #expect(result.errorText.contains("note: columns not written: id\n"), "\(result.errorText)")
    #expect(result.errorText.contains("note: the names of the classes were not written\n"))
  }

  /// Records before a fault are written, as by every filter.
  @Test func safetensorsBeforeAFaultAreWritten() throws {
    try SampleStream.write(SampleStream.batch(6), to: "a.rec", in: folder)
    let result = try shell("(cat a.rec; head -c 100 a.rec) | ue-encode safetensors --prefix s-; test $? = 65 && ls")
    #expect(result.text == "a.rec\ns-00000.safetensors\n", "\(result.errorText)")
    #expect(try shell("ue-decode safetensors s-00000.safetensors | ue-rec diff - a.rec").status == 0)
  }

  /// Apple is a fruit, baby a person, the lawn mower a vehicle of the second kind.
  @Test func cifar100ComesBackByteByByte() throws {
    try folder.write(cifar([[4, 0], [14, 2], [19, 41]]), to: "train.bin")
    let result = try shell("ue-decode cifar100 train.bin | ue-encode cifar100 > again.bin")
    #expect(result.status == 0)
    #expect(try folder.read("again.bin") == folder.read("train.bin"))
  }

  @Test func foldersComeBack() throws {
    // The first class has no picture; the folder it becomes keeps its number all the same.
    for (index, path) in ["b dog/1", "b dog/2", "cat/x", "emu/y"].enumerated() {
      let file = folder.file("set/\(path).png")
      try FileManager.default.createDirectory(
        atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path, withIntermediateDirectories: true)
      let pixels = (0..<5 * 4 * 3).map { UInt8(($0 * 11 + index * 40) & 255) }
      try folder.write(PNG.encode(Picture(width: 5, height: 4, channels: 3, pixels: pixels)), to: "set/\(path).png")
    }
    try FileManager.default.createDirectory(atPath: folder.file("set/a"), withIntermediateDirectories: true)
    let line =
      "ue-decode folder set > a.rec && ue-encode folder --name path out a.rec && ue-decode folder out > b.rec; ls out/*"
    let result = try shell(line)
    #expect(result.status == 0)
    #expect(result.text.contains("out/b dog:\n1.png\n2.png\n"))
    try expectEqual("a.rec", "b.rec")
    #expect(try shell("ue-encode folder ids a.rec && ls ids/cat ids/emu").text.contains("00000002.png\n\nids/emu:"))
    let again = try shell("ue-encode folder out a.rec")
    #expect(again.status == 73)
    #expect(again.errorText.contains("out: holds \""))
  }

  /// Files keep their names, in folders within their classes too, through filters that change the order of records; a JPEG
  /// stays one where that is asked for.
  @Test func filesKeepTheirNames() throws {
    try SampleStream.write(SampleStream.batch(6), to: "a.rec", in: folder)
    let made = try shell(
      """
      ue-encode folder png a.rec && ue-encode folder --jpeg 90 jpeg a.rec && mkdir -p 'in/cat/a b' in/dog &&
      cp jpeg/cat/00000000.jpg in/cat/one.two.JPG && cp png/cat/00000002.png 'in/cat/a b/ü.png' &&
      cp jpeg/dog/00000001.jpg in/dog/x.jpeg && cp png/dog/00000003.png in/dog/y.PNG &&
      ue-decode folder in | ue-rec shuffle | ue-squeeze gray > b.rec &&
      ue-encode folder --name path kept b.rec && ue-encode folder --name path --jpeg 95 again b.rec &&
      (cd kept && find . -type f | LC_ALL=C sort && cd ../again && find . -type f | LC_ALL=C sort)
      """)
    #expect(made.status == 0, "\(made.errorText)")
    let kept = "./cat/a b/ü.png\n./cat/one.two.png\n./dog/x.png\n./dog/y.PNG\n"
    #expect(made.text == kept + "./cat/a b/ü.png\n./cat/one.two.JPG\n./dog/x.jpeg\n./dog/y.PNG\n")
    let isJPEG = try ["cat/one.two.JPG", "dog/x.jpeg", "dog/y.PNG"].map { try folder.read("again/\($0)").first == 0xFF }
    #expect(isJPEG == [true, true, false])
    #expect(try shell("ue-decode folder kept | ue-rec info").text.contains("4 records"))
  }

  /// A stream may come from anywhere: none writes outside of the folder, or into another class.
  @Test(arguments: [
    ("../x.png", "is no file of a folder"), ("/x.png", "is no file of a folder"), ("", "is no file of a folder"),
    ("cat/./x.png", "is no file of a folder"), ("cat/../\u{CC}\u{81}x.png", "is no file of a folder"),
    ("dog/x.png", "lies in another folder than its class"),
  ]) func noPathLeadsElsewhere(_ path: String, _ words: String) throws {
    var batch = try SampleStream.batch(1)
    let bytes = path.unicodeScalars.map { UInt8($0.value) } + [0]
    batch.set("path", Column(bytes, shape: [1, bytes.count]))
    try SampleStream.write(batch, to: "b.rec", in: folder)
    let result = try shell("ue-encode folder --name path out b.rec; status=$?; find out -type f; exit $status")
    #expect(result.status == 65 && result.text.isEmpty && result.errorText.contains(words), "\(result.errorText)")
  }

  @Test func twoFilesOfOneNameAreRefused() throws {
    try SampleStream.write(SampleStream.batch(6), to: "a.rec", in: folder)
    let result = try shell(
      """
      mkdir -p in/cat && ue-encode folder --jpeg 90 jpeg a.rec -q && cp jpeg/cat/00000000.jpg in/cat/x.jpg &&
      cp jpeg/cat/00000002.jpg in/cat/x.jpeg && ue-decode folder in | ue-encode folder --name path out
      """)
    #expect(result.status == 65 && result.errorText.contains("\"cat/x.png\" came before"), "\(result.errorText)")
    #expect(try shell("ue-encode folder --name path other a.rec").errorText.contains("there is no column path"))
    #expect(try shell("ue-encode folder --jpeg 0 other a.rec").status == 64)
    let keys = try shell("ue-decode folder in | ue-encode webdataset --name path | tar t")
    #expect(keys.status == 65 && keys.errorText.contains("before has the name"), "\(keys.errorText)")
  }

  /// Classes whose names do not sort as their numbers do: the note says how to read them back in order.
  @Test func theOrderOfClassesIsToldAndKept() throws {
    var batch = try SampleStream.batch(6)
    batch.classes = ["dog", "cat"]
    try SampleStream.write(batch, to: "b.rec", in: folder)
    let result = try shell("ue-encode folder out b.rec")
    #expect(result.status == 0)
    #expect(result.errorText.contains("ue-decode folder --classes dog,cat keeps the order"))
    let back = try shell("ue-decode folder --classes dog,cat out > c.rec && ue-rec select 'label == 0' c.rec > d.rec")
    #expect(back.status == 0)
    #expect(try records("d.rec").image == batch.records([0, 2, 4]).image)
    #expect(try records("d.rec").classes == ["dog", "cat"])
  }

  @Test func safetensorsComeBackWithEveryColumn() throws {
    var batch = try SampleStream.batch(25)
    batch.set("score", Column((0..<25).map { Float($0) }, shape: [25]))
    batch.set("perturbation", Column([Float](repeating: 0.5, count: 25 * 192), shape: [25, 3, 8, 8]))
    try SampleStream.write(batch, to: "a.rec", in: folder)
    // A record has 192 + 768 + 4 + 16 bytes: ten of them to a file.
    let line =
      "ue-encode safetensors --shard 9800 --prefix s- a.rec; ue-decode safetensors s-*.safetensors > b.rec; ls s-*"
    let result = try shell(line)
    #expect(result.status == 0)
    #expect(result.text == "s-00000.safetensors\ns-00001.safetensors\ns-00002.safetensors\n")
    try expectEqual("a.rec", "b.rec")
    let commands = try records("b.rec").history.map(\.command)
    #expect(commands.first == "first command" && commands.dropFirst().first?.hasPrefix("ue-encode safetensors") == true)
  }

  @Test func webDatasetsComeBackWithTheirIds() throws {
    var batch = try SampleStream.batch(12).records([7, 3, 11, 0])
    batch.set("flag", Column([1, 0, 0, 1] as [UInt8], shape: [4]))
    try SampleStream.write(batch, to: "a.rec", in: folder)
    let line =
      "ue-encode webdataset a.rec > a.tar && ue-decode webdataset a.tar > b.rec && tar tf a.tar && tar xf a.tar"
    let result = try shell(line)
    #expect(result.status == 0)
    #expect(result.errorText.contains("note: the names of the classes were not written"))
    #expect(result.text.hasPrefix("00000007.png\n00000007.cls\n00000007.json\n00000003.png\n"))
    #expect(try String(decoding: folder.read("00000007.json"), as: UTF8.self) == #"{"id":7,"flag":1}"#)
    #expect(try String(decoding: folder.read("00000007.cls"), as: UTF8.self) == "1")
    let back = try records("b.rec")
    #expect(back.image == batch.image && back.labels == batch.labels && back.ids == batch.ids)
  }

  /// An archive as Python's tarfile writes it: pax headers, folders, other files, long names.
  @Test(.enabled(if: (try? ProcessRunner.shell("python3 -c 'import tarfile'"))?.status == 0))
  func webDatasetsOfOthersAreRead() throws {
    let picture = Picture(width: 3, height: 2, channels: 3, pixels: (0..<18).map { UInt8($0) })
    try folder.write(PNG.encode(picture), to: "p.png")
    let script = """
      import tarfile, io, os
      t = tarfile.open("t.tar.gz", "w:gz", format=tarfile.PAX_FORMAT)
      def add(name, data):
          i = tarfile.TarInfo(name); i.size = len(data); i.mtime = 1.5; t.addfile(i, io.BytesIO(data))
      d = tarfile.TarInfo("train"); d.type = tarfile.DIRTYPE; t.addfile(d)
      png = open("p.png", "rb").read()
      add("train/" + "n" * 120 + ".png", png); add("train/" + "n" * 120 + ".cls", b"2\\n")
      add("train/v1.0/b.txt", b"words"); add("train/v1.0/b.PNG", png); add("train/v1.0/b.cls", b"5")
      t.close()
      """
    let result = try shell("python3 -c '\(script)' && ue-decode webdataset t.tar.gz > b.rec")
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.errorText.hasPrefix(
        "ue-decode: 1 file left out, used by no record (1 .txt); the first is train/v1.0/b.txt\n"))
    let back = try records("b.rec")
    #expect(back.labels == [2, 5] && back.ids == [0, 1])
    #expect(back.image?.bytes == picture.planes + picture.planes)
  }

  @Test(arguments: [
    ("head -c 2000 a.tar | ue-decode webdataset", "standard input: byte"),
    ("head -c 3100 a.tar | ue-decode webdataset", "cut short"),
    ("(printf X; tail -c +2 a.tar) | ue-decode webdataset", "not a tar archive"),
    ("ue-decode webdataset a.rec", "not a tar archive"),
    ("tar cf b.tar 00000007.png && ue-decode webdataset b.tar", "has no .cls or .txt file"),
    ("tar cf b.tar 00000007.cls && ue-decode webdataset b.tar", "has no picture"),
    (
      "cp 00000007.cls 00000007.png; tar cf b.tar 00000007.png 00000007.cls; ue-decode webdataset b.tar",
      "broken picture"
    ),
    ("echo -3 > 00000007.cls; tar cf b.tar 00000007.png 00000007.cls; ue-decode webdataset b.tar", "the label -3"),
    (
      "echo x > 00000007.cls; tar c 00000007.png 00000007.cls | ue-decode webdataset || exit 65",
      "give the names with --classes"
    ),
    ("ln -s x.png 1.png; tar cf b.tar 1.png 00000007.cls; ue-decode webdataset b.tar", "\"1.png\" is a link"),
    ("ln 00000007.png 1.png; tar cf b.tar 00000007.png 1.png; ue-decode webdataset b.tar", "\"1.png\" is a link"),
    (
      "python3 -c '\(negativeSize)' > b.tar; ue-decode webdataset b.tar", "b.tar: byte 0: a file of no size"
    ),
    ("ue-decode safetensors a.tar", "a.tar: not a safetensors file, but a tar archive"),
    ("head -c 100 a.rec | ue-decode safetensors", "standard input: not a safetensors file, but a record stream"),
  ]) func damagedArchivesAreRefused(_ line: String, _ words: String) throws {
    try SampleStream.write(SampleStream.batch(12).records([7, 3]), to: "a.rec", in: folder)
    #expect(try shell("ue-encode webdataset a.rec -o a.tar && tar xf a.tar").status == 0)
    let result = try ProcessRunner.shell("{ \(line); } | cat > out.rec", directory: folder.path)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(result.errorText.contains(words), "\(result.errorText)")
  }

  /// A part of a picture would pass for a picture; a limit on the size of files stands for a full disk.
  @Test func noPictureIsHalfWritten() throws {
    let result = try shell("ue-decode shapes --count 3 -q -o a.rec; ulimit -f 1; ue-encode folder out a.rec")
    #expect(result.status == 74, "\(result.errorText)")
    #expect(try shell("find out -type f").output.isEmpty)
  }

  @Test(arguments: [
    ("cifar10 small.rec", 65, "pictures are [3, 8, 8] where CIFAR's are [3, 32, 32]"),
    ("cifar10 high.rec", 65, "record 1 of it: the label is 10, where CIFAR-10 has 0 to 9"),
    ("folder out twice.rec", 65, "record 2 of it: \"cat/00000000.png\" came before"),
    ("webdataset neighbours.rec", 65, "the record before has the name 00000000 too"),
    ("folder out namesakes.rec", 65, "the class 1 is called \"crane\" like one before it"),
    ("folder out --name position shifted.rec", 0, "note: columns not written: id\n"),
    ("folder out small.rec", 0, "ue-encode: 4 records written"),
    ("folder bad bad.rec", 65, "the class \"a/b\" cannot be a folder"),
    ("folder missing/out small.rec", 73, "missing/out: cannot be created"),
    ("safetensors --prefix missing/x small.rec", 73, "missing/x00000.safetensors"),
    ("npz unlabelled.rec", 0, "4 records written"),
    ("webdataset unlabelled.rec", 65, "there is no column label"),
    ("npz mixed.rec", 65, "an array has one shape"),
  ]) func refusals(_ line: String, _ status: Int32, _ words: String) throws {
    var batch = try SampleStream.batch(4)
    try SampleStream.write(batch, to: "small.rec", in: folder)
    try SampleStream.write(batch.records([0, 1, 0]), to: "twice.rec", in: folder)
    try SampleStream.write(batch.records([0, 0, 1]), to: "neighbours.rec", in: folder)
    try SampleStream.write(batch.records([2, 3]), to: "shifted.rec", in: folder)
    batch.classes = ["crane", "crane"]
    try SampleStream.write(batch, to: "namesakes.rec", in: folder)
    batch.classes = ["a/b", "c"]
    try SampleStream.write(batch, to: "bad.rec", in: folder)
    batch.remove("label")
    try SampleStream.write(batch, to: "unlabelled.rec", in: folder)
    let high = try ImageBatch(columns: [
      "image": Column([UInt8](repeating: 0, count: 6144), shape: [2, 3, 32, 32]), "label": Column([9, 10], shape: [2]),
    ])
    try SampleStream.write(high, to: "high.rec", in: folder)
    try SampleStream.write(SampleStream.batch(2, side: 4), to: "smaller.rec", in: folder)
    try folder.write(folder.read("small.rec") + folder.read("smaller.rec"), to: "mixed.rec")
    let result = try shell("ue-encode \(line) > out.bin")
    #expect(result.status == status, "\(result.errorText)")
    #expect(result.errorText.contains(words), "\(result.errorText)")
  }

  /// Without records nobody may know the pictures' size.
  @Test(arguments: [
    "ue-squeeze gray a.rec", "ue-squeeze jpeg a.rec", "ue-squeeze bdr a.rec", "ue-squeeze blur a.rec",
    "ue-squeeze sharpen a.rec", "ue-encode cifar10 a.rec",
    "ue-encode cifar100 a.rec", "ue-encode npz a.rec", "ue-encode webdataset a.rec", "ue-encode folder out a.rec",
    "ue-encode safetensors --prefix s a.rec", "ue-rec shuffle a.rec", "ue-rec sample -n 3 a.rec",
    "ue-rec split -n 2 --prefix p a.rec",
  ]) func aStreamWithoutRecordsPasses(_ line: String) throws {
    let batch = try ImageBatch(columns: [
      "image": Column([] as [UInt8], shape: [0, 3, 0, 0]), "label": Column([] as [Int], shape: [0]),
    ])
    _ = try Pictures.write(batch, to: "a.rec", in: folder)
    let result = try shell("\(line) | cat > b.bin")
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test func whatIsLeftOutIsTold() throws {
    let batch = try Pictures.batch(count: 3, side: 32, isFloat: true) {
      $0["perturbation"] = Column([Float](repeating: 0, count: 3 * 3072), shape: [3, 3, 32, 32])
    }
    _ = try Pictures.write(batch, to: "a.rec", in: folder)
    let result = try shell("ue-encode cifar10 a.rec > a.bin && ue-decode cifar10 -q a.bin > b.rec")
    #expect(result.status == 0)
    #expect(
      result.errorText == """
        ue-encode: note: columns not written: id, perturbation
        ue-encode: note: pictures of fractions were rounded to 8 bits
        ue-encode: 3 records written

        """)
    #expect(try records("b.rec").image?.bytes == batch.image?.floats.map { UInt8(($0 * 255).rounded()) })
    #expect(try shell("ue-encode cifar10 -q a.rec > a.bin").errorText == "")
  }

  @Test(arguments: [3, 1], [true, false]) func archivesComeBack(_ channels: Int, _ isFloat: Bool) throws {
    let batch = try Pictures.batch(count: 9, channels: channels, isFloat: isFloat) {
      $0["id"] = Column(Array(0..<9), shape: [9])
    }
    _ = try Pictures.write(batch, to: "a.rec", in: folder)
    let result = try shell("ue-encode npz a.rec | ue-decode npz > b.rec")
    #expect(result.status == 0, "\(result.errorText)")
    try expectEqual("a.rec", "b.rec")
    let other = try shell("ue-encode npz a.rec | ue-decode npz --images x | cat")
    #expect(other.status == 65)
    #expect(other.errorText.contains("holds no array \"x\"; it holds image, label, id"), "\(other.errorText)")
  }

  /// What NumPy reads of an archive is what went in.
  @Test(.enabled(if: (try? ProcessRunner.shell("python3 -c 'import numpy'"))?.status == 0))
  func numPyReadsTheArchive() throws {
    var batch = try SampleStream.batch(7)
    batch.set("score", Column((0..<7).map { Float($0) / 4 }, shape: [7]))
    try SampleStream.write(batch, to: "a.rec", in: folder)
    let script = """
      import numpy as n
      a = n.load("a.npz")
      print(sorted(a.files), a["image"].shape, a["image"].dtype, a["label"].tolist(), a["score"].tolist(),
            a["id"].dtype, a["classes"].tolist())
      a["image"].tofile("planes")
      """
    let result = try shell("ue-encode npz a.rec > a.npz && python3 -c '\(script)' && python3 -m zipfile -t a.npz")
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.text.hasPrefix(
        "['classes', 'id', 'image', 'label', 'score'] (7, 3, 8, 8) uint8 [0, 1, 0, 1, 0, 1, 0] "
          + "[0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5] int64 ['cat', 'dog']"), "\(result.text)")
    #expect(try folder.read("planes") == batch.image?.bytes)
  }

  /// 600 MB of records in less memory than they take: they pass, or wait in a file, and do not pile up.
  @Test(.disabled(if: Sanitizer.isOn, Sanitizer.reason), arguments: ["cifar10", "npz"])
  func memoryDoesNotGrowWithTheStream(_ form: String) throws {
    let count = 1000
    let batch = try ImageBatch(columns: [
      "image": Column([UInt8](repeating: 0, count: count * 3072), shape: [count, 3, 32, 32]),
      "label": Column([Int](repeating: 0, count: count), shape: [count]),
    ])
    let writer = RecordWriter(try OutputFile.create(folder.file("long.rec")))
    for _ in 0..<200 { try writer.write(batch) }
    try writer.close()
    let result = try shell("ulimit -d 300000; ue-encode \(form) long.rec > /dev/null")
    #expect(result.status == 0 && result.errorText.contains("200000 records written"), "\(result.errorText)")
  }
}
