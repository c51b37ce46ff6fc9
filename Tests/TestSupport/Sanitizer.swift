import Foundation
import Testing

/// The sanitizer that tests and tools were built with.
public enum Sanitizer {
  /// Whether there is one. It takes terabytes of address space, so that a limit on that cannot be set.
  public static let isOn = name != nil
  public static let reason: Comment = "limits the address space, of which a sanitizer takes terabytes"
  /// Whether it is the one for threads. It keeps its notes in a file, so that a limit on those stops the process.
  public static let isForThreads = name == "thread"
  public static let notesReason: Comment = "limits files, in which the thread sanitizer keeps its notes"

  private static let name = ProcessInfo.processInfo.environment["UE_SANITIZE"]
}
