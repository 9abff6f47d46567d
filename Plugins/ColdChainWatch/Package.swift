// swift-tools-version: 6.2
// The package of cold-chain-watch.so. The package of the repository tests the same targets, and does not need this one.
import PackageDescription

let sdk: Target.Dependency = .product(name: "CrossdockPlugin", package: "CrossdockSDK")
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "cold-chain-watch",
  products: [.library(name: "cold-chain-watch", type: .dynamic, targets: ["Entry"])],
  dependencies: [.package(path: "../../SDK/swift/CrossdockSDK")],
  targets: [
    .target(name: "ColdChain", path: "ColdChain", swiftSettings: settings),
    .target(name: "ColdChainWatch", dependencies: ["ColdChain", sdk], path: "ColdChainWatch", swiftSettings: settings),
    .target(name: "Entry", dependencies: ["ColdChainWatch", sdk], path: "Entry", swiftSettings: settings),
    .testTarget(
      name: "ColdChainTests", dependencies: ["ColdChain", "ColdChainWatch", sdk], path: "Tests/ColdChainTests",
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6])
