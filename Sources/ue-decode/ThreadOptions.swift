import ArgumentParser
import Glibc

/// How many threads make pictures.
struct ThreadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads that work; by default one for each processor. The result does not depend on it.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): give a number of 1 to 1024.")
    }
  }

  var count: Int { threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
