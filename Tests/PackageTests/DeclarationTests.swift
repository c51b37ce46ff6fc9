import Testing

/// Package.swift and Sources/README.md say what the code does.
@Suite struct DeclarationTests {
  private let package: PackageDescription

  init() throws { package = try PackageDescription() }

  @Test func allTargetsAreRead() throws {
    let calls = /\b(?:library|tool|program|tests)\(\s*"/
    let written = try PackageDescription.text("Package.swift").matches(of: calls).count
    #expect(package.targets.count == written + 4, "TestSupport, GoldenNumbers, SmallPictures and fuzz are declared in full")
    #expect(package.targets.contains { $0.name == "Records" } && package.targets.contains { $0.name == "fuzz" })
  }

  @Test func everyTargetDeclaresWhatItImportsNoMoreAndNoLess() throws {
    let programs = Set(package.targets.filter(\.isProgram).map(\.name))
    for target in package.targets {
      let imported = try PackageDescription.imports(in: target.folder)
      #expect(imported.subtracting(target.dependencies).isEmpty, "\(target.name) imports what it does not declare")
      // Tests run programs that they do not import.
      let unused = target.dependencies.subtracting(imported).subtracting(programs)
      #expect(unused.isEmpty, "\(target.name) declares what it does not import")
    }
  }

  /// The page's lines `Module → Module, Module`.
  private func drawn() throws -> [(name: String, arrows: [String])] {
    try PackageDescription.text("Sources/README.md").matches(of: /(?m)^    ([\w-]+) +→ *([\w, -]*)$/).map {
      (String($0.1), $0.2.split(separator: ", ").map(String.init))
    }
  }

  @Test func thePageDrawsTheArrowsAsTheyAre() throws {
    let drawn = try drawn()
    #expect(Set(drawn.map(\.name)).count == drawn.count)
    let sources = package.targets.filter { $0.folder.hasPrefix("Sources/") }
    #expect(Set(drawn.map(\.name)) == Set(sources.map(\.name)))
    for (name, arrows) in drawn {
      let declared = sources.first { $0.name == name }?.dependencies ?? []
      #expect(Set(arrows) == declared.subtracting(package.products), "\(name)")
    }
  }

  @Test func arrowsPointDown() throws {
    let drawn = try drawn()
    let place = Dictionary(uniqueKeysWithValues: drawn.enumerated().map { ($1.name, $0) })
    for (name, arrows) in drawn {
      for other in arrows {
        if let above = place[name], let below = place[other] {
          #expect(above < below, "\(name) → \(other) points up")
        }
      }
    }
  }
}
