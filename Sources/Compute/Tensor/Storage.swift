/// A run of floats, aligned to 64 bytes, that returns to a pool when the last reference drops.
///
/// A training step asks for the same sizes again and again, so once warm it allocates nothing from the system.
/// The contents of a new storage are undefined: whoever makes one writes every element.
final class Storage: @unchecked Sendable {
  let count: Int
  private let block: Block
  /// Floats that may be read past the end, so that a kernel can load a whole vector at the edge of a matrix and throw
  /// the rest away.
  static let slack = 32

  /// The first element. Kernels alone read and write through it, after they have checked every size.
  let base: UnsafeMutablePointer<Float>

  init(count: Int) {
    precondition(count >= 0, "a storage needs a count of 0 or more, not \(count)")
    self.count = count
    block = BlockPool.take(capacity: BlockPool.capacity(for: count + Self.slack))
    base = block.base
  }

  /// A storage of `count` zeros.
  static func zeros(count: Int) -> Storage {
    let storage = Storage(count: count)
    storage.base.update(repeating: 0, count: count)
    return storage
  }

  /// A storage with a copy of the values.
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.update(from: start, count: source.count) }
    }
  }

  /// Overwrites every element.
  func assign(_ values: [Float]) {
    precondition(values.count == count, "\(values.count) values for a storage of \(count)")
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.update(from: start, count: count) }
    }
  }

  /// A copy of the elements.
  var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  deinit { BlockPool.giveBack(block) }
}

extension Storage? {
  /// Has `write` put down a share of a sum of `count` elements: the first in a new storage, later ones added to it.
  mutating func add(count: Int, _ write: (_ destination: Storage, _ accumulate: Bool) -> Void) {
    if let self {
      write(self, true)
    } else {
      let fresh = Storage(count: count)
      write(fresh, false)
      self = fresh
    }
  }
}
