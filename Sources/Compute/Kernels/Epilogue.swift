/// What happens to a convolution's sums on their way to memory, with no pass of its own:
///
///     y = sums + bias + addend, then the rectifier min(ceiling, max(0, y))
struct Epilogue {
  /// One number an output channel; nil for zeros.
  var bias: Storage?
  /// Numbers of y's shape, perhaps y's own; nil for zeros.
  var addend: Storage?
  /// Whether what is negative becomes 0, and what is larger the ceiling.
  var rectified = false
  /// 6 of the rectifier ReLU6.
  var ceiling = Float.infinity

  /// y ← (accumulate ? y : 0) + sums + bias.
  static func adding(_ bias: Storage?, to y: Storage, accumulate: Bool) -> Epilogue {
    Epilogue(bias: bias, addend: accumulate ? y : nil)
  }

  /// The part that needs no channel, for the results that are written to y.
  func store(to y: Storage) -> Store {
    precondition(addend.map { $0.count == y.count } ?? true, "an addend of another size than \(y.count) elements")
    return Store(addend: addend.map { $0.base - y.base }, rectified: rectified, ceiling: ceiling)
  }

  /// How a vector of results is written.
  struct Store {
    /// Floats from an element of y to the number that is added to it: 0 for y's own; nil for no addend.
    var addend: Int?
    var rectified = false
    var ceiling = Float.infinity

    @inline(__always)
    func callAsFunction(_ value: Vector, at place: UnsafeMutablePointer<Float>) {
      var value = value
      if let addend { value += (place + addend).vector() }
      if rectified {
        value.replace(with: 0, where: value .< 0)
        value.replace(with: ceiling, where: value .> ceiling)
      }
      place.store(value)
    }
  }
}
