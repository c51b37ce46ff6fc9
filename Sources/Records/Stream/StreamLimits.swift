/// What a reader refuses before it asks for memory.
package struct StreamLimits: Sendable, Equatable {
  /// The longest JSON header of a document.
  package var headerBytes: Int
  /// The longest document, expanded.
  package var documentBytes: Int

  /// By default 16 MiB for a header and 4 GiB for a document. Precondition: neither is negative.
  package init(headerBytes: Int = 16 << 20, documentBytes: Int = 4 << 30) {
    precondition(headerBytes >= 0 && documentBytes >= 0, "a limit is not negative")
    self.headerBytes = headerBytes
    self.documentBytes = documentBytes
  }
}

/// Where a frame stands.
package struct FramePosition: Sendable, Equatable, CustomStringConvertible {
  /// The file's name.
  package let file: String
  /// The frame's number in the file, from 1; skippable frames and end marks count too.
  package let frame: Int
  /// Where its first byte lies in the file, from 0.
  package let offset: Int

  /// What a message about the frame begins with.
  package var description: String { "\(file): frame \(frame) (byte \(offset))" }
}
