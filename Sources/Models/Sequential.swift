import Compute

/// Modules under the numbers that PyTorch's `Sequential` gives them; what they compute is written where they are used.
///
/// A place without parameters, such as a rectifier, has no module but keeps its number.
package final class Sequential: Module {
  /// The parts, named by their places.
  package let children: [(name: String, module: any Module)]

  /// The modules at places 0, 1, …
  package init(_ modules: [any Module]) {
    children = modules.enumerated().map { ("\($0.offset)", $0.element) }
  }

  /// The modules at some places.
  package init(places: [Int: any Module]) {
    children = places.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) }
  }
}
