// swift-tools-version: 6.2
// The SDK for plugins in Swift: the contract, the four roles and the test kit. It depends on nothing.
import PackageDescription

let package = Package(
  name: "CrossdockSDK",
  products: [.library(name: "CrossdockPlugin", targets: ["CrossdockPlugin", "CCrossdockPlugin"])],
  targets: [
    .target(name: "CCrossdockPlugin"),
    .target(
      name: "CrossdockPlugin", dependencies: ["CCrossdockPlugin"],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ]),
  ],
  swiftLanguageModes: [.v6])
