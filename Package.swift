// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// The processor the code is built for: `native`, or a level such as `x86-64-v3` for packages that travel.
let march = Context.environment["UE_MARCH"] ?? "native"

/// Whether that processor has AVX-512: kernels then work on vectors of 16 floats instead of 8.
let hasAVX512 =
  march == "native"
  ? (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx512vl") ?? false
  : march == "x86-64-v4"

/// Libraries of pictures that the build does without where their headers are missing, by the name under which the code asks
/// for each.
let optionalLibraries = ["UE_WEBP": "webp/decode.h", "UE_GIF": "gif_lib.h", "UE_TIFF": "tiffio.h"]
let headerFolders = [
  "/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu", "/usr/local/include",
]
let foundLibraries = optionalLibraries.filter { library in
  headerFolders.contains { FileManager.default.fileExists(atPath: "\($0)/\(library.value)") }
}.keys.sorted()

let settings: [SwiftSetting] = [
  .unsafeFlags(["-Xcc", "-march=\(march)"] + (hasAVX512 ? ["-DUE_VECTOR_512"] : [])),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A C library reached through a module map alone.
func cLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// A library: a folder of the same name with its Swift files, and with a page on them where `pages` names one.
func library(
  _ name: String, _ dependencies: [Target.Dependency], _ more: [SwiftSetting] = [], pages: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: pages, swiftSettings: settings + more)
}

/// A tool: a folder of the same name with its Swift files and its manual page.
func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: ["CommandSupport", argumentParser] + dependencies, exclude: ["\(name).1"],
    swiftSettings: settings)
}

/// An executable that is several tools.
func program(_ name: String, _ tools: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: ["CommandSupport"] + tools, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let orderedCollections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")

let package = Package(
  name: "ue-tools",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  ],
  targets: [
    cLibrary("COpenBLAS", pkgConfig: "openblas", package: "libopenblas-dev"),
    cLibrary("CZstd", pkgConfig: "libzstd", package: "libzstd-dev"),
    cLibrary("CTurboJPEG", pkgConfig: "libturbojpeg", package: "libturbojpeg0-dev"),
    cLibrary("CSPNG", pkgConfig: "spng", package: "libspng-dev"),
    cLibrary("CWebP", pkgConfig: "libwebp", package: "libwebp-dev"),
    cLibrary("CTIFF", pkgConfig: "libtiff-4", package: "libtiff-dev"),
    .systemLibrary(name: "CGIF", providers: [.apt(["libgif-dev"])]),
    cLibrary("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
    cLibrary("COpenSSL", pkgConfig: "libcrypto", package: "libssl-dev"),
    .systemLibrary(name: "CMalloc"),

    // Each target declares what its files import, no more and no less; PackageTests holds it to that.
    library("Random", []),
    library("Locking", []),
    library("Threads", []),
    library("Records", ["Locking", "COpenSSL", "CZstd", orderedCollections, systemPackage]),
    library(
      "Formats",
      [
        "Records", "Threads", "Random", "CSPNG", "CTurboJPEG", "CWebP", "CGIF", "CTIFF", "CZlib", orderedCollections,
        systemPackage,
      ], foundLibraries.map { .define($0) }),
    library("RecordTools", ["Formats", "Records", "Threads", "Random", orderedCollections]),
    // The compiler's own name for a fused multiplication and addition of vectors.
    library(
      "Compute", ["Threads", "Locking", "Random", "COpenBLAS"], [.enableExperimentalFeature("BuiltinModule")],
      pages: ["README.md"]),
    library("Models", ["Compute"]),
    library("Training", ["Models", "Compute", "Records", "Threads", "Random", orderedCollections]),
    library("Adversaries", ["Training", "Models", "Compute", "Records", "Random", orderedCollections]),
    library("Purification", ["Training", "Models", "Compute", "Records", "Threads", orderedCollections]),
    library(
      "Poisons",
      [
        "Adversaries", "Training", "Models", "Compute", "Formats", "Records", "Threads", "Random", orderedCollections,
      ]),
    library("Classification", ["Adversaries", "Training", "Models", "Compute", "Records", "Random"]),
    library("Detection", ["Training", "Models", "Compute", "RecordTools", "Records", "Threads"]),
    library("CommandSupport", ["Records", "Threads", "Locking", argumentParser, systemPackage]),
    library(
      "TrainerSupport",
      ["CommandSupport", "Training", "Models", "Compute", "Records", argumentParser, orderedCollections, systemPackage]),

    tool("ue-decode", ["Formats", "Records", "CMalloc"]),
    tool("ue-encode", ["Formats", "Records"]),
    tool("ue-craft", ["TrainerSupport", "Poisons", "Adversaries", "Training", "Models", "Formats", "Records"]),
    tool("ue-squeeze", ["RecordTools"]),
    tool("ue-detect", ["TrainerSupport", "Detection", "Training", "Models", "RecordTools", "Records"]),
    tool("dvae-fit", ["TrainerSupport", "Purification", "Training", "Models", "Records"]),
    tool("dvae-apply", ["TrainerSupport", "Purification", "Records"]),
    tool("cls-train", ["TrainerSupport", "Classification", "Training", "Models", "Records"]),
    tool("cls-eval", ["TrainerSupport", "Classification", "Training", "RecordTools", "Records"]),
    tool("ue-rec", ["RecordTools", "Formats", "Records"]),
    tool(
      "ue-bench",
      [
        "TrainerSupport", "Purification", "Training", "Models", "Compute", "RecordTools", "Records", "Threads",
        "Random",
      ]),

    program("ue-records", ["ue-decode", "ue-encode", "ue-squeeze", "ue-rec"]),
    program(
      "ue-networks", ["ue-craft", "ue-detect", "dvae-fit", "dvae-apply", "cls-train", "cls-eval", "ue-bench"]),

    .target(
      name: "TestSupport", dependencies: ["Records"], path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "GoldenNumbers", dependencies: ["TestSupport", "Compute"], path: "Tests/GoldenNumbers",
      swiftSettings: settings),
    .target(name: "SmallPictures", dependencies: [], path: "Tests/SmallPictures", swiftSettings: settings),
    tests("PackageTests", []),
    tests("RandomTests", ["Random"]),
    tests("LockingTests", ["Locking"]),
    tests("RecordsTests", ["TestSupport", "Records", "CZstd", orderedCollections, systemPackage]),
    tests(
      "FormatsTests", ["TestSupport", "SmallPictures", "Formats", "Records", "Threads", "Locking", "CSPNG", "CZlib"]),
    tests("RecordToolsTests", ["TestSupport", "RecordTools", "Formats", "Records"]),
    tests("ThreadsTests", ["Threads", "Locking"]),
    tests("ComputeTests", ["TestSupport", "Compute", "Threads", "Locking", "Random"]),
    tests("ModelsTests", ["TestSupport", "GoldenNumbers", "Models", "Compute"]),
    tests("TrainingTests", ["TestSupport", "Training", "Models", "Compute", "Records", orderedCollections]),
    tests("AdversariesTests", ["Adversaries", "Training"]),
    tests("PurificationTests", ["Purification", "Training", "Models", "Records", orderedCollections]),
    tests(
      "PoisonsTests",
      [
        "TestSupport", "Poisons", "Adversaries", "Training", "Models", "Compute", "Formats", "Records", "Threads",
      ]),
    tests(
      "ClassificationTests",
      ["TestSupport", "GoldenNumbers", "Classification", "Training", "Models", "Compute", "Records"]),
    tests("DetectionTests", ["Detection", "Compute", "Records", "Threads", "Random"]),
    tests("CommandSupportTests", ["CommandSupport", "Records", argumentParser]),
    tests(
      "TrainerSupportTests",
      ["TestSupport", "TrainerSupport", "CommandSupport", "Training", "Records", argumentParser]),
    tests(
      "ProcessTests",
      [
        "TestSupport", "RecordTools", "Formats", "Records", "Random", orderedCollections, "ue-records", "ue-networks",
      ]),
  ]
)

// Built by `make fuzz` alone: libFuzzer brings the main program, which no other build could link.
if Context.environment["UE_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["SmallPictures", "RecordTools", "Formats", "Records"], path: "Tests/Fuzz",
      swiftSettings: settings))
}
