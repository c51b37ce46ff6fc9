import Records
import TestSupport
import Testing

/// Every classifier through the tools that take one.
@Suite struct NetworkTests {
  static let networks = ["resnet34", "resnet50", "densenet121", "mobilenetv2", "mobilenetv2-imagenet"]
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try Pictures.write(Pictures.batch(count: 20), to: "a.rec", in: folder)
  }

  private func shell(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell(line, directory: folder.path)
  }

  private func train(_ network: String, _ more: String = "") -> String {
    "cls-train --model \(network) --width 4 --epochs 2 --batch 8 -q a.rec \(more)"
  }

  @Test(arguments: networks) func threadsAndMicroBatchesChangeNothing(_ network: String) throws {
    let first = try shell(train(network, "--threads 1"))
    #expect(first.status == 0, "\(first.errorText)")
    #expect(try shell(train(network, "--threads 2")).output == first.output)
    // The history does not tell how a batch was computed.
    #expect(try shell(train(network, "--micro-batch 2")).output == first.output)
    #expect(try shell(train(network, "--seed 1")).output != first.output)
  }

  @Test(arguments: networks) func aKilledTrainingEndsInTheSameBytes(_ network: String) throws {
    #expect(try shell(train(network, "-o whole")).status == 0)
    let kept = train(network, "--checkpoint ck --checkpoint-every 1 --resume -o m")
    for _ in 0..<3 {
      let killed = try shell(
        "\(kept) & while ! [ -e ck ]; do sleep 0.01; done; kill -KILL $! 2> /dev/null; wait $!; true")
      #expect(killed.status == 0)
    }
    #expect(try shell(kept).status == 0)
    #expect(try folder.read("m") == folder.read("whole"))
  }

  @Test(arguments: networks) func everyToolThatTakesAClassifierTakesIt(_ network: String) throws {
    let made = try shell(
      """
      \(train(network, "-o c")) &&
      cls-eval c a.rec --json > report.json &&
      ue-detect c --threshold 0.5 -q a.rec -o flagged.rec &&
      ue-craft tap --surrogate-model c --steps 2 -q a.rec -o tap.rec &&
      ue-craft em --surrogate \(network) --width 4 --epochs 1 --steps 1 --batch 8 -q a.rec -o em.rec
      """)
    #expect(made.status == 0, "\(made.errorText)")
    #expect(try JSON(parsing: folder.read("report.json"))["records"] == 20)
    #expect(try shell("ue-rec info c").text.contains(network))
  }

  /// DenseNet halves the size three times.
  @Test func picturesThatAreTooSmallAreRefused() throws {
    _ = try Pictures.write(Pictures.batch(count: 20, side: 4), to: "small.rec", in: folder)
    let advice = "pictures are 4×4 pixels where densenet121 takes 8×8 at least; decode them again with --size"
    #expect(try shell(train("densenet121", "-o c")).status == 0)
    for line in [
      "cls-train --model densenet121 --width 4 -q small.rec", "cls-eval c small.rec", "ue-detect c small.rec",
      "ue-craft tap --surrogate-model c small.rec", "ue-craft em --surrogate densenet121 --width 4 small.rec",
    ] {
      let refused = try shell(line)
      #expect(refused.status == 65 && refused.errorText.contains(advice), "\(line): \(refused.errorText)")
    }
    // Those of other networks end in one pixel, and are learnt.
    #expect(try shell("cls-train --model mobilenetv2-imagenet --width 4 --epochs 1 -q small.rec > m").status == 0)
    // But not from one value a channel.
    for line in [
      "cls-train --model mobilenetv2-imagenet --width 4 --batch 1 -q small.rec",
      "ue-rec head -n 1 small.rec | cls-train --width 4 -q",
      "ue-craft em --surrogate mobilenetv2-imagenet --width 4 --batch 1 small.rec",
    ] {
      let refused = try shell(line)
      #expect(
        refused.status == 65 && refused.errorText.contains("of which batch norm makes 0"),
        "\(line): \(refused.errorText)")
    }
    _ = try Pictures.write(Pictures.batch(count: 3, side: 16), to: "larger.rec", in: folder)
    #expect(try shell("cls-train --width 4 --batch 1 --epochs 1 -q larger.rec > m").status == 0)
  }

  @Test func anUnknownNetworkIsAUsageFault() throws {
    let refused = try shell("cls-train --model resnet19 a.rec")
    #expect(refused.status == 64 && refused.errorText.contains("resnet34"), "\(refused.errorText)")
  }
}
