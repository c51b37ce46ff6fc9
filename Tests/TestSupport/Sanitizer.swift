import Foundation
import Testing

/// The sanitizer that tests and tools were built with.
public enum Sanitizer {
  /// Whether there is one. It takes terabytes of address space, so that a limit on that cannot be set.
  public static let isOn = ProcessInfo.processInfo.environment["UE_SANITIZE"] != nil
  public static let reason: Comment = "limits the address space, of which a sanitizer takes terabytes"
}
