/// What a plugin is and what it asks for: plugin.toml as typed, checked, plain values, and the same in a bundle's
/// manifest.json. Everything that the capabilities do not name is denied.
package struct PluginManifest: Sendable, Equatable {
  /// The ABI that this build speaks (crossdock_plugin.h, CROSSDOCK_ABI_VERSION).
  package static let abiVersion = 1
  package static let maxNameBytes = 40
  package static let maxSummaryBytes = 200

  package enum Role: String, Sendable, CaseIterable {
    case decoder
    case model
    case uplink
    case feed

    /// The ABI's number (CROSSDOCK_ROLE_…).
    package var number: UInt32 {
      switch self {
      case .model: 1
      case .decoder: 2
      case .uplink: 3
      case .feed: 4
      }
    }

    package init?(number: UInt32) {
      guard let role = Self.allCases.first(where: { $0.number == number }) else { return nil }
      self = role
    }
  }

  /// How its code is run: loaded by the host, or a program of its own.
  package enum Run: String, Sendable, CaseIterable {
    case sharedObject = "shared-object"
    case exec
  }

  /// Small letters, digits, `-`; at most 40 bytes; begins with a letter or a digit.
  package var name: String
  package var version: SemanticVersion
  package var abi: Int
  package var role: Role
  package var summary: String
  package var license: String
  /// Relative to the plugin's folder. Nil for a built-in plugin, and for an exec plugin that only has a command.
  package var artefact: String?
  package var run: Run
  /// Exec only: program and arguments. The first is looked up in the plugin's folder, then in /usr/bin.
  package var command: [String]
  /// Linked into the agent; there is no artefact.
  package var isBuiltIn: Bool
  /// The last day on which a bundle of it may be installed.
  package var expires: CalendarDay?
  /// How the artefact comes about, run in the folder; empty: it is there already.
  package var buildCommand: [String]
  /// What a bundle leaves out: paths, or patterns with `*`.
  package var bundleExclude: [String]
  package var capabilities: PluginCapabilities
  package var limits: PluginLimits

  package init(
    name: String, version: SemanticVersion, abi: Int = PluginManifest.abiVersion, role: Role, summary: String,
    license: String = "", artefact: String? = nil, run: Run = .sharedObject, command: [String] = [],
    isBuiltIn: Bool = false, expires: CalendarDay? = nil, buildCommand: [String] = [],
    bundleExclude: [String] = [], capabilities: PluginCapabilities = PluginCapabilities(),
    limits: PluginLimits = PluginLimits()
  ) {
    self.name = name
    self.version = version
    self.abi = abi
    self.role = role
    self.summary = summary
    self.license = license
    self.artefact = artefact
    self.run = run
    self.command = command
    self.isBuiltIn = isBuiltIn
    self.expires = expires
    self.buildCommand = buildCommand
    self.bundleExclude = bundleExclude
    self.capabilities = capabilities
    self.limits = limits
  }

  package static func isValidName(_ name: String) -> Bool {
    let letters = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
      default: false
      }
    }
    return letters && (1...maxNameBytes).contains(name.utf8.count) && !name.hasPrefix("-")
  }

  /// What an exec plugin is started as: its command, or its artefact alone.
  package var program: [String] { command.isEmpty ? artefact.map { [$0] } ?? [] : command }
}
