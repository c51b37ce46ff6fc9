/// A part of a model that owns parameters, buffers or further parts.
package protocol Module: AnyObject {
  /// The parts, under the names PyTorch gives them.
  var children: [(name: String, module: any Module)] { get }
  /// The parameters this part itself owns.
  var parameters: [Parameter] { get }
  /// Arrays that belong to the model but are not trained, such as batch norm's running statistics.
  var buffers: [Parameter] { get }
}

extension Module {
  package var children: [(name: String, module: any Module)] { [] }
  package var parameters: [Parameter] { [] }
  package var buffers: [Parameter] { [] }

  /// All parameters with PyTorch's dotted names, depth first in the order of declaration.
  package func namedParameters() -> [(name: String, parameter: Parameter)] {
    parameters.map { ($0.name, $0) } + named { $0.namedParameters() }
  }

  /// All buffers with PyTorch's dotted names, in the same order.
  package func namedBuffers() -> [(name: String, parameter: Parameter)] {
    buffers.map { ($0.name, $0) } + named { $0.namedBuffers() }
  }

  /// All parameters, in the order of `namedParameters`.
  package var allParameters: [Parameter] { namedParameters().map(\.parameter) }

  /// How many numbers the module is trained in; a double, because sizes yet to be checked may be large.
  package var parameterCount: Double { namedParameters().reduce(0) { $0 + $1.parameter.size } }

  private func named(
    _ list: (any Module) -> [(name: String, parameter: Parameter)]
  ) -> [(name: String, parameter: Parameter)] {
    children.flatMap { child in list(child.module).map { ("\(child.name).\($0.name)", $0.parameter) } }
  }
}

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
