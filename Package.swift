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

let settings: [SwiftSetting] = [
  .unsafeFlags(["-Xcc", "-march=\(march)"] + (hasAVX512 ? ["-DUE_VECTOR_512"] : [])),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A C library reached through a module map alone.
func cLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func library(_ name: String, _ dependencies: [Target.Dependency], _ more: [SwiftSetting] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings + more)
}

/// An executable: a folder of the same name with one Swift file and its manual page.
func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "CommandSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ] + dependencies,
    exclude: ["\(name).1"],
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: ["TestSupport"] + dependencies, swiftSettings: settings)
}

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
    cLibrary("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
    cLibrary("COpenSSL", pkgConfig: "libcrypto", package: "libssl-dev"),
    .systemLibrary(name: "CMalloc"),

    library("Random", []),
    library("Locking", []),
    library("Threads", []),
    library(
      "Records",
      [
        "CZstd", "CTurboJPEG", "CSPNG", "CZlib", "COpenSSL", "Locking", "Random",
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ]),
    library("RecordTools", ["Records"]),
    // The compiler's own name for a fused multiplication and addition of vectors.
    library("Compute", ["COpenBLAS", "Locking", "Random", "Threads"], [.enableExperimentalFeature("BuiltinModule")]),
    library("Models", ["Compute"]),
    library("Training", ["Models", "Compute", "Records", "Random"]),
    library("Adversaries", ["Training", "Models", "Compute", "Records", "Random", .product(name: "OrderedCollections", package: "swift-collections")]),
    library("Purification", ["Training", "Models", "Compute", "Records", "Random"]),
    library(
      "Poisons",
      [
        "Adversaries", "Training", "Models", "Compute", "Records", "Random",
        .product(name: "OrderedCollections", package: "swift-collections"),
      ]),
    library("Classification", ["Adversaries", "Training", "Models", "Compute", "Records", "Random"]),
    library("Detection", ["Models", "Compute", "Records", "Training"]),
    library(
      "CommandSupport",
      [
        "Records", "Locking", "Threads",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    library(
      "TrainerSupport",
      [
        "CommandSupport", "Training", "Compute", "Records",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ]),

    tool("ue-decode", ["Records", "CMalloc"]),
    tool("ue-encode", ["Records"]),
    tool("ue-craft", ["TrainerSupport", "Records", "Adversaries", "Poisons", "Training", "Models"]),
    tool("dvae-fit", ["TrainerSupport", "Records", "Models", "Training", "Purification"]),
    tool("dvae-apply", ["TrainerSupport", "Records", "Purification"]),
    tool("cls-train", ["TrainerSupport", "Records", "Training", "Classification"]),
    tool("cls-eval", ["TrainerSupport", "Records", "Training", "Classification"]),
    tool("ue-detect", ["TrainerSupport", "Records", "Models", "Training", "Detection"]),
    tool("ue-squeeze", ["RecordTools"]),
    tool("rec", ["Records"]),
    tool("ue-bench", ["TrainerSupport", "Threads", "Compute", "Records", "Models", "Training", "Purification", "Random"]),

    .target(
      name: "TestSupport", dependencies: ["Records"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("RandomTests", ["Random"]),
    tests("LockingTests", ["Locking"]),
    tests("RecordsTests", ["Records", "Locking", "Random"]),
    tests("ThreadsTests", ["Threads", "Locking"]),
    tests("ComputeTests", ["Compute", "Threads", "Locking", "Random", "Records"]),
    tests("ModelsTests", ["Models", "Compute", "Records"]),
    tests("TrainingTests", ["Training", "Models", "Compute", "Records", "Random"]),
    tests("PurificationTests", ["Purification", "Training", "Models", "Compute", "Records", "Random"]),
    tests("AdversariesTests", ["Adversaries", "Training", "Models", "Compute", "Records", "Random"]),
    tests("PoisonsTests", ["Poisons", "Adversaries", "Classification", "Training", "Models", "Compute", "Records", "Random"]),
    tests("ClassificationTests", ["Classification", "Training", "Models", "Compute", "Records", "Random"]),
    tests("DetectionTests", ["Detection", "Threads", "Classification", "Models", "Compute", "Records", "Random"]),
    tests("CommandSupportTests", ["CommandSupport", "Records"]),
    tests("TrainerSupportTests", ["TrainerSupport", "CommandSupport", "Training", "Records"]),
    tests(
      "ProcessTests",
      [
        "Records", "Random", .product(name: "OrderedCollections", package: "swift-collections"),
        "ue-decode", "ue-encode", "ue-craft", "ue-squeeze", "dvae-fit", "dvae-apply", "cls-train", "cls-eval",
        "ue-detect", "rec", "ue-bench",
      ]),
  ]
)

// Built by `make fuzz` alone: libFuzzer brings the main program, which no other build could link.
if Context.environment["UE_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(name: "fuzz", dependencies: ["Records"], path: "Tests/Fuzz", swiftSettings: settings))
}
