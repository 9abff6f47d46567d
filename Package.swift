// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Layers, arrows downwards only (scripts/tidy asserts them from `swift package dump-package`):
//   6  crossdock, crossdock-central, crossdock-plugin-host; crossdock-simulation
//   5  EngineSimulation (what the simulation is made of; in Tests/)
//   4  Engine, Uplink, ControlAPI, PluginCases, CentralService, Simulator, LiveView, Doctor
//   3  Configuration, MQTTFeed, Decoding, Journal, PluginRuntime, PluginBundles
//   2  Platform, CommandSyntax, SQLite, HTTPServer, HTTPClient, Segments
//   1  Records, JSONText, CrossdockPlugin (the SDK)
//   0  C libraries and the ABI header
// Targets of one layer never import each other. Plugins/ may import layers 0 and 1 only, and can be deleted.

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]
  + (Context.environment["CI"] == nil && Context.environment["CROSSDOCK_STRICT"] == nil
    ? [] : [.treatAllWarnings(as: .error)])

func module(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

// What every test target may use, and no other: numbers of a seed; folders, files and programs for tests.
let testKit: [Target.Dependency] = ["Seeded", "Fixtures"]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name + "Tests", dependencies: dependencies + testKit, swiftSettings: settings)
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

// A plugin's folder can be deleted: what is not there is not built, and the programs do without it.
let packageFolder = Context.packageDirectory
func isPresent(_ plugin: String) -> Bool {
  FileManager.default.fileExists(atPath: "\(packageFolder)/Plugins/\(plugin)")
}

// The shared object of a plugin that the agent links in: the same code, for a process of its own. Its one exported symbol is in a
// target that nothing else links: two plugins in one program would both have it. Released, it carries the Swift runtime, so that
// it runs where no Swift is; unsafe flags are allowed to the package that is built, not to one that others depend on.
func sharedObject(_ name: String, _ target: String, path: String) -> (Product, Target) {
  (
    .library(name: name, type: .dynamic, targets: [target + "Entry"]),
    .target(
      name: target + "Entry", dependencies: [.target(name: target), "CCrossdockPlugin"], path: path + "/Entry",
      exclude: ["exports.map"], swiftSettings: settings,
      linkerSettings: [
        .unsafeFlags(
          [
            "-static-stdlib", "-Xlinker", "--version-script=\(packageFolder)/\(path)/Entry/exports.map", "-Xlinker",
            "--gc-sections", "-Xlinker", "-s",
          ], .when(configuration: .release))
      ])
  )
}

let hasPickRouting = isPresent("PickRouting")
let hasStopSequencing = isPresent("StopSequencing")
let hasPredictiveMaintenance = isPresent("PredictiveMaintenance")

var pluginTargets: [Target] = []
var pluginProducts: [Product] = []
var pluginDependencies: [Target.Dependency] = []
var pluginFlags: [SwiftSetting] = []
if hasPickRouting {
  pluginTargets += [
    module("AisleRouting", [], path: "Plugins/PickRouting/AisleRouting"),
    module(
      "PickRouting", ["AisleRouting", "CrossdockPlugin", "CCrossdockPlugin", "JSONText"],
      path: "Plugins/PickRouting/PickRouting"),
    tests("AisleRouting", ["AisleRouting"]),
    tests("PickRouting", ["AisleRouting", "PickRouting", "CrossdockPlugin", "JSONText"]),
  ]
  let (product, target) = sharedObject("pick-routing", "PickRouting", path: "Plugins/PickRouting")
  pluginProducts.append(product)
  pluginTargets.append(target)
  pluginDependencies += ["AisleRouting", "PickRouting"]
  pluginFlags.append(.define("PLUGIN_PICK_ROUTING"))
}
if hasStopSequencing {
  pluginTargets += [
    module("TimedRoutes", [], path: "Plugins/StopSequencing/TimedRoutes"),
    module(
      "StopSequencing", ["TimedRoutes", "CrossdockPlugin", "CCrossdockPlugin", "JSONText"],
      path: "Plugins/StopSequencing/StopSequencing"),
    tests("TimedRoutes", ["TimedRoutes"]),
    tests("StopSequencing", ["StopSequencing", "TimedRoutes", "CrossdockPlugin", "JSONText"]),
  ]
  let (product, target) = sharedObject("stop-sequencing", "StopSequencing", path: "Plugins/StopSequencing")
  pluginProducts.append(product)
  pluginTargets.append(target)
  pluginDependencies += ["TimedRoutes", "StopSequencing"]
  pluginFlags.append(.define("PLUGIN_STOP_SEQUENCING"))
}
if hasPredictiveMaintenance {
  // Algorithms without any input or output, and the plugin that uses them. Arrows point up this list.
  let monitoring = "Plugins/PredictiveMaintenance"
  pluginTargets += [
    .systemLibrary(name: "CKissFFT", path: "\(monitoring)/CKissFFT"),
    module("StateCoding", [], path: "\(monitoring)/StateCoding"),
    module("Spectra", ["CKissFFT", "StateCoding"], path: "\(monitoring)/Spectra"),
    module("SignalFeatures", ["JSONText", "Spectra", "StateCoding"], path: "\(monitoring)/SignalFeatures"),
    module("ConditionMonitoring", ["StateCoding"], path: "\(monitoring)/ConditionMonitoring"),
    module("AnomalyDetection", ["StateCoding"], path: "\(monitoring)/AnomalyDetection"),
    module("DriftWatch", ["StateCoding"], path: "\(monitoring)/DriftWatch"),
    module("TrainedModels", ["JSONText"], path: "\(monitoring)/TrainedModels"),
    module("Prognosis", ["StateCoding"], path: "\(monitoring)/Prognosis"),
    module(
      "ModelGovernance",
      ["JSONText", "StateCoding", "SignalFeatures", "TrainedModels", "Prognosis", "DriftWatch"],
      path: "\(monitoring)/ModelGovernance"),
    module(
      "PredictiveMaintenance",
      [
        "StateCoding", "Spectra", "SignalFeatures", "ConditionMonitoring", "AnomalyDetection", "DriftWatch",
        "TrainedModels", "Prognosis", "ModelGovernance", "CrossdockPlugin", "CCrossdockPlugin", "JSONText",
      ],
      path: "\(monitoring)/PredictiveMaintenance"),
    tests("Spectra", ["Spectra", "StateCoding"]),
    tests("SignalFeatures", ["SignalFeatures", "Spectra", "StateCoding", "JSONText"]),
    tests("ConditionMonitoring", ["ConditionMonitoring", "StateCoding"]),
    tests("AnomalyDetection", ["AnomalyDetection", "StateCoding"]),
    tests("DriftWatch", ["DriftWatch", "StateCoding"]),
    tests("TrainedModels", ["TrainedModels", "JSONText"]),
    tests("Prognosis", ["Prognosis", "StateCoding"]),
    tests(
      "ModelGovernance",
      ["ModelGovernance", "SignalFeatures", "TrainedModels", "Prognosis", "DriftWatch", "StateCoding", "JSONText"]),
    tests(
      "PredictiveMaintenance",
      [
        "ConditionMonitoring", "PredictiveMaintenance", "ModelGovernance", "SignalFeatures", "Spectra",
        "AnomalyDetection", "DriftWatch", "TrainedModels", "Prognosis", "StateCoding", "CrossdockPlugin",
        "CCrossdockPlugin", "JSONText",
      ]),
  ]
  let (product, target) = sharedObject(
    "predictive-maintenance", "PredictiveMaintenance", path: "Plugins/PredictiveMaintenance")
  pluginProducts.append(product)
  pluginTargets.append(target)
  pluginDependencies += [
    "PredictiveMaintenance", "StateCoding", "Spectra", "SignalFeatures", "ConditionMonitoring", "AnomalyDetection",
    "DriftWatch", "TrainedModels", "Prognosis", "ModelGovernance",
  ]
  pluginFlags.append(.define("PLUGIN_PREDICTIVE_MAINTENANCE"))
}

// The agent does not link this one: it is a shared object, which the folder's own package makes. Here it is tested.
if isPresent("ColdChainWatch") {
  pluginTargets += [
    module("ColdChain", [], path: "Plugins/ColdChainWatch/ColdChain"),
    module(
      "ColdChainWatch", ["ColdChain", "CrossdockPlugin", "CCrossdockPlugin"],
      path: "Plugins/ColdChainWatch/ColdChainWatch"),
    .testTarget(
      name: "ColdChainTests", dependencies: ["ColdChain", "ColdChainWatch", "CrossdockPlugin", "CCrossdockPlugin"],
      path: "Plugins/ColdChainWatch/Tests/ColdChainTests", swiftSettings: settings),
  ]
}

// Programs for developers that no product needs: built when asked for, each by its script.
var developerTargets: [Target] = []
if Context.environment["CROSSDOCK_BENCHMARKS"] != nil {
  developerTargets.append(
    .executableTarget(
      name: "decode-benchmark", dependencies: ["Decoding", "Engine", "Records"], path: "Benchmarks/json/decode",
      swiftSettings: settings))
  developerTargets.append(
    .executableTarget(
      name: "plugin-benchmark", dependencies: ["Decoding", "PluginRuntime", "Platform", "Records", log],
      path: "Benchmarks/plugins/session", swiftSettings: settings))
  if hasPredictiveMaintenance {
    developerTargets.append(
      .executableTarget(
        name: "model-benchmark", dependencies: ["AnomalyDetection", "DriftWatch", "Spectra", "TrainedModels"],
        path: "Benchmarks/models/speed", swiftSettings: settings))
  }
}

if Context.environment["CROSSDOCK_FUZZ"] != nil {
  // No main of its own: that is libFuzzer's.
  developerTargets.append(
    .executableTarget(
      name: "crossdock-fuzz", dependencies: ["FuzzEntries"], path: "Fuzz/Program",
      swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]))
}

let package = Package(
  name: "crossdock",
  products: [
    .library(name: "CrossdockPlugin", targets: ["CrossdockPlugin"]),
    .executable(name: "crossdock", targets: ["crossdock"]),
    .executable(name: "crossdock-central", targets: ["crossdock-central"]),
    .executable(name: "crossdock-plugin-host", targets: ["crossdock-plugin-host"]),
  ] + pluginProducts,
  dependencies: [
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0")
  ],
  targets: [
    // 0
    .systemLibrary(name: "CMosquitto"),
    .systemLibrary(name: "CSQLite"),
    .systemLibrary(name: "CZstd"),
    .systemLibrary(name: "CSodium"),
    .target(name: "CLinux"),
    .target(name: "CMicrohttpd", linkerSettings: [.linkedLibrary("microhttpd")]),
    .target(
      name: "CHTTPClient", cxxSettings: [.define("CPPHTTPLIB_OPENSSL_SUPPORT")],
      linkerSettings: [.linkedLibrary("cpp-httplib"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    .target(name: "CTomlPlusPlus"),
    .target(name: "CCrossdockPlugin"),
    // 1
    module("JSONText", []),
    module("Records", []),
    module("CrossdockPlugin", ["CCrossdockPlugin"]),
    // 2
    module("Platform", ["CLinux", "Records", log]),
    module("CommandSyntax", ["Records", "CLinux"]),
    module("SQLite", ["CSQLite", "Records"]),
    module("HTTPServer", ["CMicrohttpd", "Records", "JSONText"]),
    module("HTTPClient", ["CHTTPClient", "Records"]),
    module("Segments", ["CZstd", "CLinux", "Records", "JSONText"]),
    // 3
    module("Configuration", ["CTomlPlusPlus", "CLinux", "Platform", "Records"]),
    module("MQTTFeed", ["CMosquitto", "CLinux", "Platform", "Records", log]),
    module("Decoding", ["JSONText", "Records"]),
    module("Journal", ["SQLite", "CZstd", "CLinux", "Platform", "Segments", "Records", "JSONText", log]),
    module("PluginBundles", ["CSodium", "CZstd", "CLinux", "Platform", "Records", "JSONText"]),
    module("PluginRuntime", ["CCrossdockPlugin", "CLinux", "Platform", "Records", log]),
    // 4
    module(
      "Engine",
      [
        "Configuration", "MQTTFeed", "Decoding", "Journal", "PluginRuntime", "Platform", "Records", "JSONText",
        "CLinux", log,
      ]),
    module(
      "PluginCases", ["Configuration", "Decoding", "Journal", "PluginRuntime", "Platform", "Records", "JSONText", log]),
    module("Uplink", ["Configuration", "Journal", "HTTPClient", "Segments", "Platform", "Records", "JSONText", log]),
    module("ControlAPI", ["Journal", "HTTPServer", "Segments", "Platform", "Records", "JSONText", log]),
    module("CentralService", ["SQLite", "HTTPServer", "Segments", "Platform", "Records", "JSONText", "CLinux", log]),
    module("Simulator", ["CMosquitto", "Platform", "Records", "JSONText", "CLinux"]),
    module("LiveView", ["Records", "JSONText"]),
    module(
      "Doctor",
      ["Configuration", "MQTTFeed", "Journal", "HTTPClient", "Platform", "Records", "JSONText", "CLinux", log]),
    // 5: the engine in a simulated world; see docs/simulation.md
    .target(
      name: "CFaultVFS", path: "Tests/Simulation/CFaultVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
    module(
      "EngineSimulation",
      [
        "CFaultVFS", "Engine", "Configuration", "MQTTFeed", "Journal", "PluginRuntime", "Platform", "Records",
        "JSONText", "CrossdockPlugin", "CCrossdockPlugin", "SQLite", log,
      ], path: "Tests/Simulation/EngineSimulation"),
    // 6
    .executableTarget(
      name: "crossdock-simulation", dependencies: ["EngineSimulation", "CommandSyntax", "Platform", "Records"],
      path: "Tests/Simulation/crossdock-simulation", swiftSettings: settings),
    .executableTarget(
      name: "crossdock",
      dependencies: [
        "CommandSyntax", "Engine", "Uplink", "ControlAPI", "Configuration", "Journal", "PluginRuntime", "PluginBundles",
        "PluginCases", "Simulator",
        "HTTPServer", "LiveView", "Doctor",
        "HTTPClient", "Platform",
        "Records", "JSONText", "CLinux", "Segments", "MQTTFeed", "Decoding", "CCrossdockPlugin", "CrossdockPlugin", log,
      ] + pluginDependencies, swiftSettings: settings + pluginFlags),
    .executableTarget(
      name: "crossdock-central",
      dependencies: [
        "CommandSyntax", "CentralService", "HTTPServer", "SQLite", "Platform", "Records", "JSONText", "CLinux", log,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "crossdock-plugin-host", dependencies: ["CCrossdockPlugin"],
      cSettings: [.define("_GNU_SOURCE")],
      // No Swift in it: linkage.c keeps the libraries out, this Swift's start-up object.
      linkerSettings: [.unsafeFlags(["-nostartfiles"]), .linkedLibrary("dl")]),
    // What is fuzzed: functions over any bytes, which the tests run over the stored corpus.
    .target(
      name: "FuzzEntries",
      dependencies: [
        "CLinux", "Records", "JSONText", "Platform", "HTTPServer", "Segments", "Configuration", "Decoding", "Journal",
        "ControlAPI", "PluginBundles",
      ]
        + (hasPredictiveMaintenance
          ? ["DriftWatch", "ModelGovernance", "Prognosis", "SignalFeatures", "TrainedModels"] : []),
      path: "Fuzz/Entries",
      swiftSettings: settings + pluginFlags),
    // Tests
    module("Seeded", [], path: "Tests/Seeded"),
    module("Fixtures", [], path: "Tests/Fixtures"),
    tests("FuzzEntries", ["FuzzEntries"]),
    tests("JSONText", ["JSONText"]),
    tests("Records", ["Records"]),
    tests("CrossdockPlugin", ["CrossdockPlugin", "CCrossdockPlugin"]),
    tests("Platform", ["Platform", "Records", "CLinux", log]),
    tests("CommandSyntax", ["CommandSyntax", "Records"]),
    tests("HTTP", ["HTTPServer", "HTTPClient", "Records", "JSONText"]),
    tests("Segments", ["Segments", "Records"]),
    tests("Configuration", ["Configuration", "Records"]),
    tests("MQTTFeed", ["MQTTFeed", "Platform", "Records", log]),
    tests("Decoding", ["Decoding", "JSONText", "Records"]),
    tests("Journal", ["Journal", "SQLite", "Segments", "Platform", "Records"]),
    tests("PluginBundles", ["PluginBundles", "Platform", "Records", "JSONText"]),
    tests("PluginCases", ["PluginCases", "Records", "JSONText"]),
    tests("PluginRuntime", ["PluginRuntime", "Records", log]),
    // Compilers, Python and Swift packages as a plugin's author runs them; the host loads what comes out.
    tests("PluginSDK", ["PluginRuntime", "Records", "JSONText", log]),
    // The plugins in it are compiled by the tests themselves.
    .testTarget(
      name: "PluginHostTests", dependencies: ["CLinux", "crossdock-plugin-host"] + testKit, exclude: ["Plugins"],
      swiftSettings: settings),
    tests(
      "Engine",
      [
        "Engine", "Configuration", "MQTTFeed", "Journal", "PluginRuntime", "Platform", "Records", "JSONText",
        "CrossdockPlugin", "CCrossdockPlugin", log,
      ]),
    tests("EngineSimulation", ["EngineSimulation", "Engine", "Journal", "Records"]),
    tests("Uplink", ["Uplink", "Configuration", "Journal", "Segments", "Records", "HTTPServer"]),
    tests("ControlAPI", ["ControlAPI", "Journal", "HTTPServer", "HTTPClient", "Records", "JSONText"]),
    tests(
      "CentralService",
      [
        "CentralService", "crossdock-central", "Segments", "SQLite", "Records", "JSONText", "HTTPClient", "HTTPServer",
        log,
      ]),
    tests("Simulator", ["Simulator", "CMosquitto", "Platform", "JSONText", "Records"]),
    tests("LiveView", ["LiveView", "JSONText"]),
    tests("Doctor", ["Doctor", "Records"]),
    // The example plugins, as they are shipped, in the host.
    tests(
      "ExamplePlugin",
      ["PluginRuntime", "Configuration", "Records", log]),
    // The programs as a user runs them: real mosquitto, real files, real kills.
    tests("Acceptance", ["CMosquitto", "Platform", "Records", "JSONText", "CLinux", "SQLite"]),
  ] + pluginTargets + developerTargets,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
