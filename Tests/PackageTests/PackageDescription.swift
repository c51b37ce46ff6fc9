import Foundation

/// The package's targets as Package.swift declares them, and what their files import, both read as text: what the
/// package manager knows it does not tell a test.
struct PackageDescription {
  /// One target of Swift files.
  struct Target {
    let name: String
    /// Of the files, from the package's folder on.
    let folder: String
    /// Targets and products of other packages.
    let dependencies: Set<String>
    /// Whether it is an executable.
    let isProgram: Bool
  }

  let targets: [Target]
  /// Products of other packages.
  let products: Set<String>

  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The text of a file of the package.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  init() throws {
    let text = try Self.text("Package.swift")
    let products = Dictionary(
      uniqueKeysWithValues: text.matches(of: /let (\w+): Target\.Dependency = \.product\(name: "(\w+)"/).map {
        (String($0.1), String($0.2))
      })
    func dependencies(_ list: Substring) -> Set<String> {
      let names = list.matches(of: /"([\w-]+)"/).map { String($0.1) }
      let others = list.replacing(/"[\w-]+"/, with: "").matches(of: /\w+/).compactMap { products[String($0.0)] }
      return Set(names + others)
    }
    var targets = text.matches(of: /\b(library|tool|program|tests)\(\s*"([\w-]+)",\s*\[([^\]]*)\]/).map { match in
      let added: Set<String> =
        switch match.1 {
        case "tool": ["CommandSupport", "ArgumentParser"]
        case "program": ["CommandSupport"]
        default: []
        }
      return Target(
        name: String(match.2), folder: (match.1 == "tests" ? "Tests/" : "Sources/") + match.2,
        // What the functions `tool` and `program` of Package.swift add.
        dependencies: dependencies(match.3).union(added), isProgram: match.1 == "program")
    }
    targets += text.matches(of: /name: "(\w+)",\s+dependencies: \[([^\]]*)\],\s+path: "([\w\/]+)"/).map {
      Target(name: String($0.1), folder: String($0.3), dependencies: dependencies($0.2), isProgram: false)
    }
    self.targets = targets
    self.products = Set(products.values)
  }

  /// Modules of Swift and the system, which no package declares.
  private static let given: Set = ["Builtin", "Dispatch", "Foundation", "Glibc", "Synchronization", "Testing"]

  /// What the files of a folder import, those in folders within too.
  static func imports(in path: String) throws -> Set<String> {
    var found: Set<String> = []
    let files = FileManager.default.enumerator(at: folder.appending(path: path), includingPropertiesForKeys: nil)
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        var words = line.split(separator: " ")
        if words.first?.hasPrefix("@") == true { words.removeFirst() }
        if words.first == "import", let module = words.last {
          // `import class Foundation.FileManager` imports a module too.
          // A module has an underscore where its target has a dash.
          found.insert(String(module.prefix { $0 != "." }).replacing("_", with: "-"))
        } else if let first = words.first, !first.hasPrefix("//"), !first.hasPrefix("#") {
          // Behind the first declaration the word may stand in a text, such as a program in Python.
          break
        }
      }
    }
    return found.subtracting(given)
  }
}
