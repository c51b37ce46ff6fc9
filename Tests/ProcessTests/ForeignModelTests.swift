import Foundation
import TestSupport
import Testing

/// Models and streams that another program wrote, from the format's description alone.
@Suite(.enabled(if: ForeignPrograms.hasPython, ForeignPrograms.noPython))
struct ForeignModelTests {
  private let folder: TemporaryFolder
  private let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures").path

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> ProcessResult {
    let result = try ProcessRunner.shell(
      line.replacingOccurrences(of: "foreign", with: "\(ForeignPrograms.python) '\(fixtures)/foreign.py'")
        .replacingOccurrences(of: "FIXTURE", with: "'\(fixtures)/dvae_narrow.safetensors'"),
      directory: folder.path)
    #expect(result.status == 0, "\(result.errorText)")
    return result
  }

  @Test func aModelFromElsewhereReconstructsAsPyTorchDoes() throws {
    _ = try shell("foreign model FIXTURE m && foreign records FIXTURE a.rec")
    _ = try shell("dvae-apply m --reconstruct --latent mean --dtype f32 -q a.rec > b.rec")
    let distance = try #require(Double(try shell("foreign compare FIXTURE b.rec").text.dropLast()))
    #expect(distance <= 1e-4)
  }

  @Test func aModelOfOursLoadsElsewhere() throws {
    _ = try shell("foreign records FIXTURE a.rec && dvae-fit --width 4 --latent 6 --epochs 1 -q a.rec > m")
    let names = try shell("foreign names m").text.split(separator: "\n")
    #expect(names.contains("layer2.0.shortcut.1.running_var"))
    let unpacked = try shell(
      "zstd -dcq m > m.safetensors && \(ForeignPrograms.python) -c 'from safetensors.numpy import load_file; print(len(load_file(\"m.safetensors\")))'"
    )
    #expect(Int(unpacked.text.dropLast()) == names.count)
  }

  @Test func zstdTestsOurStreamsAndCatJoinsThem() throws {
    _ = try shell(
      "ue-decode shapes --count 5 -o a.rec && zstd -tq a.rec && cat a.rec a.rec > b.rec && zstd -tq b.rec")
    let result = try shell("ue-craft lsp -q b.rec | ue-rec info -")
    #expect(result.text.contains("10"))
  }
}
