import Glibc

// The two functions that libFuzzer looks for. Its own main program draws the bytes, keeps those that reach new code,
// and ends with the bytes in a file when one makes the process crash, hang or take too much memory.

/// The reader that this run is for, by the environment.
private let target: FuzzTarget = {
  let word = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: word) else {
    fatalError("FUZZ_TARGET names one of \(FuzzTarget.allCases.map(\.rawValue))")
  }
  return target
}()

/// Puts the seeds into the folder that FUZZ_SEEDS names.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  guard let folder = getenv("FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
  do {
    for (index, seed) in try SeedCorpus.seeds(for: target).enumerated() {
      try ScratchFile.write(seed, to: "\(folder)/seed-\(index)")
    }
  } catch {
    fatalError("no seeds: \(error)")
  }
  return 0
}

/// Gives the target's reader some bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.read(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
