import SystemPackage

/// The processors this process may run on: `taskset` and cpusets leave it fewer than the machine has.
enum AllowedProcessors {
  /// How many there are; nil where the system does not say.
  static var count: Int? {
    guard let status = try? FileDescriptor.open("/proc/self/status", .readOnly) else { return nil }
    let text = try? status.closeAfter {
      try String(unsafeUninitializedCapacity: 1 << 14) { try status.read(into: UnsafeMutableRawBufferPointer($0)) }
    }
    return text.flatMap(count(inStatus:))
  }

  /// The bits of the mask in the line `Cpus_allowed:	ffffffff,ffffffff`.
  static func count(inStatus text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) else { return nil }
    let bits = line.drop { $0 != ":" }.compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
    return bits > 0 ? bits : nil
  }
}
