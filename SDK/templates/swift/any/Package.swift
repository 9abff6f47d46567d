// swift-tools-version: 6.2
import PackageDescription

let sdk: Target.Dependency = .product(name: "CrossdockPlugin", package: "CrossdockSDK")
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "my-plugin",
  products: [.library(name: "my-plugin", type: .dynamic, targets: ["PluginCode"])],
  dependencies: [.package(path: "CrossdockSDK")],
  targets: [
    .target(name: "PluginCode", dependencies: [sdk], swiftSettings: settings),
    .testTarget(name: "PluginTests", dependencies: ["PluginCode", sdk], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6])
