import Foundation
import TestSupport
import Testing

/// The commands of README.md and of the manual pages' examples, run as printed: what trains is found by scripts of the same
/// names first, which add small sizes.
@Suite struct ExampleTests {
  private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardized.path
  private static let tools = (try? ManualPage.tools().sorted()) ?? []
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["README.md", "pipelines/ue-purify.1"] + tools.map { "Sources/\($0)/\($0).1" })
  func everyExampleRuns(_ document: String) throws {
    let blocks = try Self.blocks(of: document)
    #expect(!blocks.isEmpty)
    let made = try shell(Self.fixtures)
    try #require(made.status == 0, "\(made.errorText)")
    for block in blocks where try hasPrograms(for: block) {
      let result = try shell(Self.runnable(block))
      // A verdict is a status of its own.
      let isRight = result.status == 0 || (block.contains("verdict") || block.contains("--check")) && result.status != 1
      #expect(isRight, "\(block)\n\(result.errorText)")
    }
  }

  /// The blocks of commands: those that are indented in Markdown, and the literal ones under EXAMPLES of a page.
  private static func blocks(of document: String) throws -> [String] {
    let text = try String(contentsOfFile: "\(project)/\(document)", encoding: .utf8)
    if document.hasSuffix(".md") {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return lines.split { !$0.hasPrefix("    ") }.map { $0.map { $0.dropFirst(4) }.joined(separator: "\n") }
        .filter { $0.contains(/^(ue|dvae|cls)-|^(make|python3|import)\b/) }
    }
    let examples = text.components(separatedBy: ".Sh EXAMPLES\n").last?.components(separatedBy: "\n.Sh ").first ?? ""
    return examples.components(separatedBy: ".Bd -literal -offset indent\n").dropFirst().map {
      ($0.components(separatedBy: "\n.Ed").first ?? "").replacingOccurrences(of: "\\e", with: "\\")
    }
  }

  /// A block as a line for bash: Python goes to its interpreter, and what builds is only looked at.
  private static func runnable(_ block: String) -> String {
    if block.hasPrefix("import ") { return "python3 - << 'END'\n\(block)\nEND" }
    return block.split(separator: "\n").map { line in
      line.contains(/^make [a-z]+\b/)
        ? line.replacing("make ", with: "make -n -C '\(project)' ", maxReplacements: 1) : line[...]
    }.joined(separator: "\n")
  }

  private func hasPrograms(for block: String) throws -> Bool {
    var checks: [String] = []
    for program in ["jq", "parallel"] where block.contains("\(program) ") { checks.append("command -v \(program)") }
    if block.contains("import numpy") { checks.append("python3 -c 'import numpy'") }
    if block.contains("ue_records") {
      checks.append("python3 -c 'import torch, pyarrow.parquet, zstandard, safetensors'")
    }
    // The fixtures make these files where both are there.
    if block.contains(".pt ") { checks.append("python3 -c 'import torch, pyarrow.parquet'") }
    return try checks.allSatisfy { try shell($0).status == 0 }
  }

  private func shell(_ line: String) throws -> ProcessResult {
    let outer = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return try ProcessRunner.shell(
      line,
      environment: [
        "PATH": "\(folder.file("small")):\(Self.project)/pipelines:\(ProcessRunner.folder):\(outer)",
        "TOOLS_FOLDER": ProcessRunner.folder, "PROJECT": Self.project, "PYTHON": ForeignPrograms.python,
      ], directory: folder.path)
  }

  /// The files that the examples name, and the scripts that add small sizes.
  private static let fixtures = #"""
    set -e
    mkdir small
    small() { printf '#!/bin/bash\nexec "%s/%s" "$@" %s\n' "$TOOLS_FOLDER" "$1" "$2" > "small/$1"; chmod +x "small/$1"; }
    small dvae-fit '--width 2 --latent 2 --epochs 1 --batch 8'
    small cls-train '--width 2 --epochs 1 --batch 8'
    small ue-bench '--batch 1 --seconds 0.001 --only conv3x3-64-64-32'
    small ue-decode '$([ "$1" != shapes ] || echo --count 24)'
    small ue-craft '$(case $1 in em) echo --width 2 --epochs 1 --steps 1;; tap) echo --steps 1;; esac)'
    printf '#!/bin/bash\nexec %q "$@"\n' "$(command -v "$PYTHON")" > small/python3
    chmod +x small/python3
    ln -s "$PROJECT/pipelines" pipelines
    cp "$PROJECT/pipelines/ue_records.py" .

    ue-decode shapes -q | ue-encode cifar10 -q > data_batch_1.bin
    for name in data_batch_{2,3,4,5} test_batch; do cp data_batch_1.bin $name.bin; done
    mkdir cifar-10-batches-bin && cp data_batch_1.bin cifar-10-batches-bin
    tar czf cifar-10-binary.tar.gz cifar-10-batches-bin
    ue-decode cifar10 -q data_batch_1.bin > clean.rec
    for name in cifar purified test p1; do cp clean.rec $name.rec; done
    ue-craft lsp -q clean.rec > poisoned.rec
    ue-craft lsp -q --rate 0.5 clean.rec > mixed.rec
    for name in m m1 m2; do dvae-fit -q poisoned.rec > $name; done
    for name in c classifier; do cls-train -q clean.rec > $name; done
    ue-detect classifier -q --threshold argmax mixed.rec > flagged.rec
    for name in photos pictures clean; do ue-encode folder -q $name clean.rec; done
    mkdir -p poisons/data && number=0
    for picture in photos/*/*.png; do cp $picture poisons/data/$number.png; number=$((number + 1)); done
    ue-encode npz -q clean.rec > arrays.npz
    python3 -m zipfile -e arrays.npz . && mv image.npy x.npy && mv label.npy y.npy
    { printf '\0\0\10\3\0\0\0\30\0\0\0\34\0\0\0\34'; head -c 18816 data_batch_1.bin; } | gzip > train-images-idx3-ubyte.gz
    { printf '\0\0\10\1\0\0\0\30'; printf '\0\1\2%.0s' {1..8}; } | gzip > train-labels-idx1-ubyte.gz
    if python3 -c 'import torch, pyarrow.parquet' 2> /dev/null; then python3 - << 'END'
    import glob, pickle, numpy, torch, pyarrow, pyarrow.parquet, ue_records
    pickle.dump(numpy.zeros((24, 3, 32, 32), numpy.float32), open("rem_noise.pkl", "wb"))
    torch.save(torch.zeros(10, 3, 8, 8), "patch.pt")
    torch.save(torch.zeros(24, 3, 32, 32), "em_noise.pt")
    weights = {name: torch.from_numpy(value) for name, value in next(ue_records.read("m")).items()}
    torch.save({"model_state_dict": weights}, "checkpoint.pth")
    files = glob.glob("photos/*/*.png")
    pyarrow.parquet.write_table(pyarrow.table({
        "image": [open(name, "rb").read() for name in files], "label": [0] * len(files)}), "train-0.parquet")
    END
    fi
    """#
}
