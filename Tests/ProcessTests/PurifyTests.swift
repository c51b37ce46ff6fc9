import Foundation
import Records
import TestSupport
import Testing

/// `ue-purify` and `pipelines/purify.mk` below it, at sizes at which nothing is learnt but every step is taken.
@Suite struct PurifyTests {
  static let pipelines = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../pipelines").standardized.path
  static let sizes = "WIDTH=2 LATENT=2 EPOCHS=1 BATCH=8"
  static let classifier = "CLASSIFIER_WIDTH=2 CLASSIFIER_EPOCHS=1 CLASSIFIER_BATCH=8"
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SampleStream.write(SampleStream.batch(24), to: "a.rec", in: folder)
  }

  /// A line of bash in which the pipelines are `$P`.
  func shell(_ line: String) throws -> ProcessResult {
    let path = "\(Self.pipelines):\(ProcessRunner.folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
    return try ProcessRunner.shell(line, environment: ["PATH": path, "P": Self.pipelines], directory: folder.path)
  }

  func batch(_ name: String) throws -> ImageBatch {
    try #require(Pictures.read(folder.read(name), in: folder).first)
  }

  @Test func recordsBecomeWhatThePipelineMakesOfThem() throws {
    let result = try shell("ue-purify a.rec \(Self.sizes) > b.rec")
    #expect(result.status == 0, "\(result.errorText)")
    for words in ["1 of 5: reading a.rec", "24 pictures of 8×8: about ", "2 of 5: stage one", "5 of 5: writing"] {
      #expect(result.errorText.contains(words), "\(result.errorText)")
    }
    #expect(try shell("make -s -f \"$P\"/purify.mk DATA=a.rec OUT=out RECIPE=fast QUIET=1 \(Self.sizes)").status == 0)
    #expect(try folder.read("b.rec") != folder.read("a.rec"))
    #expect(try batch("b.rec").image == batch("out/purified.rec").image)
    #expect(try batch("b.rec").ids == batch("a.rec").ids)
    #expect(try shell("ls -A").text == "a.rec\nb.rec\nout\nread.rec\n")
    let quiet = try shell("ue-purify -q - \(Self.sizes) PSNR1= PSNR2= < a.rec > c.rec")
    #expect(quiet.status == 0 && quiet.errorText == "", "\(quiet.errorText)")
    #expect(try batch("c.rec").image == batch("b.rec").image)
  }

  @Test func aFolderKeepsItsNames() throws {
    let made = try shell(
      """
      ue-encode folder -q 'in put' a.rec && ue-encode folder -q --jpeg 90 jpeg a.rec &&
      mv jpeg/cat/00000000.jpg 'in put/cat/a b.jpg' && rm 'in put/cat/00000000.png' &&
      ue-purify 'in put' -o 'out put' --sheet 'a sheet.png' \(Self.sizes) &&
      (cd 'out put' && find . -type f | LC_ALL=C sort | head -n 2) &&
      ue-purify --jpeg 95 'in put/' -o again --test 'in put' --keep 'st ages' \(Self.sizes) \(Self.classifier) &&
      ls again/cat/*.jpg && ls 'st ages'/purified.rec
      """)
    #expect(made.status == 0, "\(made.errorText)")
    let names = "./cat/00000002.png\n./cat/00000004.png\nagain/cat/a b.jpg\nst ages/purified.rec\n"
    #expect(made.text == names)
    #expect(made.errorText.contains("7 of 7: writing again") && made.errorText.contains("\nPurification "))
    #expect(try folder.names() == ["a sheet.png", "a.rec", "again", "in put", "jpeg", "out put", "st ages"])
    #expect(try shell("ls again/*/* | wc -l; ls out*/*/* | wc -l").text == "24\n24\n")
  }

  @Test(arguments: [
    ("cifar10 %", "x.bin"), ("npz %", "x.npz"), ("webdataset %", "x.tar"),
    ("safetensors --prefix s", "s00000.safetensors"),
  ]) func everyFormComesBack(_ writer: String, _ name: String) throws {
    let written = writer.replacingOccurrences(of: "%", with: "-o \(name)")
    let reader = writer.split(separator: " ")[0] + " "
    let made = try shell(
      """
      ue-decode shapes --count 16 -q > shapes.rec && ue-encode \(written) -q shapes.rec &&
      ue-purify \(name) -o 'new \(name)' \(Self.sizes) && ue-decode \(reader) -q 'new \(name)' > new.rec
      """)
    #expect(made.status == 0, "\(made.errorText)")
    #expect(try batch("new.rec").labels == batch("shapes.rec").labels)
    #expect(try batch("new.rec").image != batch("shapes.rec").image)
  }

  /// A quote in a path is the shell's, and steps stand in place of epochs.
  @Test func whatPathsHoldAndStepsCount() throws {
    let made = try shell(
      """
      mkdir "it's" && cd "it's" && ue-purify ../a.rec -o b.rec -q WIDTH=2 LATENT=2 STEPS=3 BATCH=8 --keep K 2> /dev/null &&
      ls -- b.rec K/m1 && grep -c '"event":"epoch"' K/m1.log
      """)
    #expect(made.status == 0 && made.text == "K/m1\nb.rec\n1\n", "\(made.text)\(made.errorText)")
    let both = try shell("ue-purify a.rec -o b.rec EPOCHS=2 STEPS=3")
    #expect(both.status == 64 && both.errorText.contains("EPOCHS and STEPS both"), "\(both.errorText)")
  }

  /// A Makefile that calls it does not set its variables.
  @Test func theCallersMakeIsNotItsOwn() throws {
    let result = try shell("printf 'b.rec:\\n\\tue-purify a.rec -o $@ \(Self.sizes)\\n' > Makefile && make FOO=1 b.rec")
    #expect(result.status == 0, "\(result.errorText)")
  }

  /// Of a set in the order of its classes the first records are of one.
  @Test func theEstimateIsOfAllClasses() throws {
    let result = try shell(
      """
      ue-decode shapes --count 1500 --seed 1 -q | ue-rec select 'label == 0' -q > s.rec
      ue-decode shapes --count 300 --seed 2 -q | ue-rec select 'label == 1' -q >> s.rec
      ue-purify --check s.rec --dry-run
      """)
    #expect(result.status == 0 && result.errorText.contains("about "), "\(result.errorText)")
    #expect(!result.errorText.contains("label 0") && !result.errorText.contains("expected"), "\(result.errorText)")
  }

  @Test func aDryRunDoesNothing() throws {
    let result = try shell("ue-purify a.rec -o b.rec --dry-run --test a.rec \(Self.sizes) \(Self.classifier)")
    #expect(result.status == 0 && result.errorText.contains("about "), "\(result.errorText)")
    #expect(result.text.split(separator: "\n").count { $0.hasPrefix("dvae-fit ") } == 2, "\(result.text)")
    #expect(result.text.contains("--reconstruct") && result.text.contains("cls-eval ./purified.classifier"))
    #expect(try folder.names() == ["a.rec"])
    // Nor does it change stages that are there.
    let line = "ue-purify a.rec -o b.rec --keep K EPOCHS=1 BATCH=8"
    let kept = try shell(
      """
      \(line) WIDTH=2 LATENT=2 -q && shot() { find K -printf '%p %T@ %s\\n' | sort; } && shot > before &&
      \(line) WIDTH=4 LATENT=2 --dry-run > plan && shot | cmp - before && grep -c -- '--width 4' plan
      """)
    #expect(kept.status == 0 && kept.text == "2\n", "\(kept.text)\(kept.errorText)")
  }

  @Test func theVerdictIsTheStatus() throws {
    let settings = """
      DETECTOR_EPOCHS=1 DETECTOR_CLASSIFIER_WIDTH=2 DETECTOR_WIDTH=2 DETECTOR_LATENT=2 EPOCHS=1 \
      VERDICT_WIDTH=2 VERDICT_STEPS=2
      """
    let verdict = try shell("ue-purify --check a.rec \(settings)")
    let status = try #require(verdict.status)
    let word = [Int32(0): "clean: ", 3: "poisoned: ", 4: "undecided: "][status]
    #expect(verdict.text.hasPrefix(try #require(word)), "\(verdict.errorText)")
    #expect(verdict.text.contains("\nnext: ue-purify a.rec -o NEW\n") == (status == 3))
    #expect(try folder.names() == ["a.rec"])
  }

  @Test(arguments: [
    ("ue-purify", 64, "name the pictures"), ("ue-purify a.rec --nonsense", 64, "there is no option --nonsense"),
    ("ue-purify a.rec b.rec -o c", 64, "one set of pictures"), ("ue-purify a.rec -o", 64, "-o: a value is missing"),
    ("ue-purify a.rec --check=1", 64, "--check takes no value"), ("ue-purify a.rec --size 8", 64, "--size is for"),
    ("ue-purify in", 64, "name what to write with -o"), ("ue-purify in -o out --jpeg 0", 64, "a quality of 1 to 100"),
    ("ue-purify a.rec -o a.rec", 64, "would overwrite"), ("ue-purify in -o in", 64, "would overwrite"),
    ("ue-purify a.rec -o b EPOCH=1", 64, "EPOCH is no variable of pipelines/purify.mk"),
    ("ue-purify a.rec -o b epochs=1", 64, "epochs is no variable"),
    ("ue-purify none.rec", 66, "none.rec: no such file"),
    ("ue-purify --check a.rec EPOCH=1", 64, "EPOCH is no variable of pipelines/detect.mk"),
    ("ue-purify --check a.rec -o b", 64, "--check writes nothing"), ("ue-purify odd.rec -o b", 65, "even numbers"),
    ("ue-purify broken.rec -o b", 65, "cut short"), ("ue-purify in -o full", 73, "full: holds something already"),
    ("ue-purify in -o b --keep full", 73, "full: holds something else"), ("ue-purify twice -o b", 65, "two pictures"),
    ("ue-purify form -o b --jpeg 90", 65, "two pictures called ./cat/00000000"),
    ("ue-purify mixed -o b", 65, "--size"), ("verdict -z a.rec", 64, "usage: verdict"),
    ("verdict none.rec", 66, "none.rec: no such file"), ("verdict ./a=b/none.rec", 66, "none.rec: no such file"),
    ("cp a.rec 'a$b.rec' && verdict 'a$b.rec'", 64, "paths with $ cannot be used"),
    ("verdict a.rec OUT=x=y", 64, "OUT=x=y: paths with = cannot be used"),
    ("verdict a.rec EPOCH=1", 64, "EPOCH is no variable"),
    ("verdict a.rec 'OUT=o;ut'", 64, "cannot be used"),
  ]) func mistakesAreNamed(_ line: String, _ status: Int32, _ words: String) throws {
    try SampleStream.write(SampleStream.batch(4, side: 9), to: "odd.rec", in: folder)
    #expect(
      try shell(
        """
        mkdir full; echo > full/x; ue-encode folder -q in a.rec; ue-encode folder -q mixed a.rec
        ue-encode folder -q other odd.rec; cp other/cat/00000000.png mixed/cat/9.png
        cp -r in twice; cp in/cat/00000000.png twice/cat/00000000.jpeg
        cp -r in form; cp in/cat/00000000.png form/cat/00000000.webp; head -c 300 a.rec > broken.rec
        """
      ).status == 0)
    let result = try shell("\(line) > /dev/null")
    #expect(result.status == status && result.errorText.contains(words), "\(result.errorText)")
    #expect(try folder.names().allSatisfy { !$0.hasSuffix(".stages") })
  }

  @Test func helpPageAndCompletionsKnowTheSameOptions() throws {
    let help = try shell("ue-purify --help | grep -oE '^  (-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort").text
    let options = Set(help.split(separator: "\n").map(String.init))
    #expect(options.count == 11)
    let page = try String(contentsOfFile: "\(Self.pipelines)/ue-purify.1", encoding: .utf8)
    let told = page.matches(of: /Fl -([a-z-]+)/).map { "--\($0.1)" }
    #expect(Set(told) == options)
    for name in ["bash", "zsh", "fish"] {
      let script = try shell("ue-purify --generate-completion-script \(name)")
      #expect(script.status == 0)
      for option in options { #expect(script.text.contains(name == "fish" ? "-l \(option.dropFirst(2)) " : option)) }
    }
    #expect(try shell("bash -c \"$(ue-purify --generate-completion-script bash)\"").status == 0)
    #expect(try shell("ue-purify --version").text.hasPrefix("ue-purify (ue-tools) "))
    #expect(try shell("ue-purify --generate-completion-script tcsh").status == 64)
  }

  /// A name that a pipeline does not know would go unnoticed, and its setting with it.
  @Test(arguments: ["purify", "detect", "grow", "figures"]) func aMisspeltVariableIsAnError(_ pipeline: String) throws {
    let data = pipeline == "grow" ? "CLEAN" : "DATA"
    for mistake in ["recipe=fast", "EPOCH=3"] {
      let result = try shell("make -n -f \"$P\"/\(pipeline).mk \(data)=a.rec TEST=a.rec \(mistake)")
      let name = mistake.prefix { $0 != "=" }
      #expect(result.status == 2 && result.errorText.contains("\(name) is no variable of "), "\(result.errorText)")
    }
    let missing = try shell("make -f \"$P\"/\(pipeline).mk \(data)=none.rec TEST=a.rec")
    #expect(missing.status == 2 && missing.errorText.contains("\(data)=none.rec: no such file"))
  }

  @Test(
    arguments: [
      (0.9, 0.1, 0.8, "The poison took 80.0 points of accuracy; purification won back 70.0 of them (88 %)."),
      (0.9, 0.4, 0.1, "The poison took 50.0 points of accuracy, and purification 30.0 more: it did not pay."),
      (0.5, 0.6, 0.4, "there was none to win back; purification cost 20.0 points: it did not pay."),
      (0.5, 0.6, 0.7, "The poison took no accuracy, so that there was none to win back."),
      (nil, 0.6, 0.4, "Purification cost 20.0 points of accuracy: it did not pay."),
      (nil, 0.6, 0.7, "Purification won 10.0 points of accuracy."),
    ] as [(Double?, Double, Double, String)])
  func whatPurificationPaidIsASentence(_ clean: Double?, _ poisoned: Double, _ purified: Double, _ words: String) throws
  {
    let accuracies = ["clean": clean, "poisoned": poisoned, "purified": purified].compactMapValues { $0 }
    try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: false)
    for (name, accuracy) in accuracies {
      try folder.write(Array("{\"accuracy\":\(accuracy),\"classes\":[]}\n".utf8), to: "out/\(name).json")
    }
    let made = accuracies.keys.map { "-o out/\($0).json" }.joined(separator: " ")
    let line = "make -s \(made) -f \"$P\"/purify.mk DATA=a.rec TEST=a.rec OUT=out \(clean == nil ? "" : "CLEAN=a.rec")"
    let result = try shell("\(line) evaluate")
    #expect(result.status == 0 && result.text.hasSuffix("\(words)\n"), "\(result.text)")
  }

  /// What is empty is looked for; what detection rests on is made anew when its options change.
  @Test func pipelinesFollowTheirOptions() throws {
    let search = try shell("make -n -f \"$P\"/purify.mk DATA=a.rec KLD1= RECIPE=fast")
    #expect(search.text.contains(/dvae-fit +--psnr 20:22\b/), "\(search.text)")
    let settings = "DATA=a.rec VERDICT_WIDTH=2 VERDICT_STEPS=2 DETECTOR_WIDTH=2 DETECTOR_LATENT=2"
    let made = try shell(
      "make -s -f \"$P\"/detect.mk \(settings) QUIET=1 out/verdict.txt && make -n -f \"$P\"/detect.mk \(settings) out/verdict.txt"
    )
    #expect(made.status == 0 && !made.text.contains("ue-detect"), "\(made.text)\(made.errorText)")
    for change in ["DETECTOR_STEPS=7", "EPOCHS0=2", "DETECTOR_EPOCHS=3", "KLD1=2"] {
      let changed = try shell("make -n -f \"$P\"/detect.mk \(settings) \(change) out/verdict.txt")
      #expect(changed.text.contains("ue-detect"), "\(change): \(changed.text)")
      _ = try shell("make -s -f \"$P\"/detect.mk \(settings) QUIET=1 out/verdict.txt")
    }
  }

  @Test func foldersMayShareTheClassifierOfTheCleanRecords() throws {
    let line = "make -f \"$P\"/purify.mk CLEAN=a.rec DATA=a.rec TEST=a.rec SHARED=both VERBOSE=1 \(Self.classifier)"
    for (out, trains) in [("one", true), ("two", false)] {
      let made = try shell("\(line) OUT=\(out) \(out)/clean.json")
      #expect(made.status == 0 && made.text.contains("cls-train") == trains, "\(made.text)\(made.errorText)")
    }
    #expect(try folder.read("one/clean.json") == folder.read("two/clean.json"))
    #expect(try shell("\(line) OUT=two CLASSIFIER_EPOCHS=2 two/clean.json").text.contains("cls-train"))
  }
}
