import TestSupport
import Testing

/// What is told of a command line that is wrong.
@Suite struct UsageTests {
  @Test(arguments: [
    ("ue-rec slect 'label == 3' a.rec", "ue-rec: there is no command \"slect\"; the commands are info, head, select, "),
    ("ue-rec slect 'label == 3' a.rec", "\nUsage: ue-rec <subcommand>\nTry 'ue-rec --help' "),
    ("ue-decode cifar", "the commands are cifar10, cifar100, "),
    (
      "dvae-fit --kld -1",
      "dvae-fit: --kld has no value, since \"-1\" begins with a dash; if that is the value, write --kld=-1"
    ),
    ("dvae-fit --kld=-1", "--kld -1"), ("ue-rec head -n -3", "write -n=-3"), ("ue-rec head -n=-3", "-n -3"),
    ("ue-decode shapes --seed --count 3", "write --seed=--count"),
    ("dvae-fit --kld", "Missing value for '--kld <nats>'"),
    ("dvae-fit --model ae --kld 1", "--kld: an autoencoder"),
    ("dvae-apply m --subtract --quantise truncate --dtype f32 a.rec", "--quantise: nothing is rounded"),
    ("ue-craft tap --surrogate-model c --width 16", "--width and --epochs are for a surrogate trained here"),
    ("ue-craft sep --surrogate-model c --epochs 3", "--width and --epochs are for a surrogate trained here"),
    ("ue-detect c --held-out a.rec", "--held-out belongs to --verdict"),
    ("dvae-apply m", "Usage: dvae-apply <model> {--subtract | --reconstruct | --add | --perturbation} "),
  ]) func theMistakeIsNamed(_ line: String, _ words: String) throws {
    let result = try ProcessRunner.shell("\(line) < /dev/null")
    #expect(result.status == 64 && result.output == [])
    #expect(result.errorText.contains(words), "\(result.errorText)")
  }

  /// Two programs hold all tools; a link's name says which is meant.
  @Test(arguments: ["ue-records", "ue-networks"]) func aProgramIsCalledByTheNamesOfItsTools(_ program: String) throws {
    let names = try ProcessRunner.run("../\(program)", ["--tools"])
    #expect(names.status == 0)
    for tool in names.text.split(separator: "\n") {
      #expect(try ProcessRunner.run("\(tool)", ["--version"]).text.hasPrefix("\(tool) (ue-tools) "))
    }
    let other = try ProcessRunner.run("../\(program)")
    #expect(other.status == 64 && other.output == [])
    let tools = names.text.split(separator: "\n").joined(separator: ", ")
    #expect(other.errorText == "\(program): call it by the name of one of its tools, through a link: \(tools)\n")
  }

  /// "help" would be the name of a file.
  @Test(arguments: ["cls-eval", "cls-train", "dvae-apply", "dvae-fit", "ue-detect"], ["bash", "zsh", "fish"])
  func noShellCompletesACommandOfAToolWithoutCommands(_ tool: String, _ shell: String) throws {
    let script = try ProcessRunner.run(tool, ["--generate-completion-script", shell])
    #expect(script.status == 0 && script.text.contains("--version") == (shell != "fish"))
    for offer in ["-fa 'help'", "compgen -W 'help'", "'(-): :->command'"] { #expect(!script.text.contains(offer)) }
  }

  /// A second specification of all further words makes zsh refuse to complete anything.
  @Test(arguments: ["cls-eval", "cls-train", "dvae-apply", "dvae-fit", "ue-craft", "ue-decode", "ue-detect", "ue-rec"])
  func zshIsToldOnceOfFurtherWords(_ tool: String) throws {
    let script = try ProcessRunner.run(tool, ["--generate-completion-script", "zsh"])
    let functions = script.text.split(separator: "local -ar arg_specs=(").dropFirst()
    #expect(!functions.isEmpty)
    for function in functions {
      let rest = function.split(separator: "\n").filter { $0.contains(/^ *'(\(-\))?\*:/) }
      #expect(rest.count <= 1, "\(rest)")
    }
  }

  @Test func commandsAreStillCompleted() throws {
    for (shell, offer) in [("bash", "shuffle"), ("zsh", "'shuffle:"), ("fish", "'shuffle'")] {
      #expect(try ProcessRunner.run("ue-rec", ["--generate-completion-script", shell]).text.contains(offer))
    }
  }
}
