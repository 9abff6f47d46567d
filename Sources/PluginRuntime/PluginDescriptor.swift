package import CCrossdockPlugin
package import Records

/// A plugin's static descriptor, checked once and read through `struct_size`.
package struct PluginDescriptor: @unchecked Sendable {
  // @unchecked because `raw` points to a constant of the plugin, which nobody changes and which stays as long as the process.
  package struct Option: Sendable {
    package var key: String
    package var type: UInt32
    package var defaultValue: String?
    package var help: String
  }

  package let raw: UnsafePointer<crossdock_plugin>
  package let role: PluginManifest.Role
  package let name: String
  package let version: String
  package let summary: String
  package let options: [Option]
  /// Loaded from the store; else it is part of the agent.
  package var isInstalled = false

  /// - Throws: when the descriptor is not of an ABI that this host knows, or lacks what every model needs.
  package init(_ raw: UnsafePointer<crossdock_plugin>, from place: String) throws(CrossdockError) {
    let plugin = raw.pointee
    func refuse(_ reason: String, _ hint: String = "") -> CrossdockError {
      CrossdockError("use the plugin", at: place, reason: reason, hint: hint, exitCode: .badConfiguration)
    }
    guard plugin.struct_size >= MemoryLayout<crossdock_plugin>.size else {
      throw refuse(
        "its descriptor has \(plugin.struct_size) bytes, ABI \(CROSSDOCK_ABI_VERSION) needs \(MemoryLayout<crossdock_plugin>.size)"
      )
    }
    guard plugin.abi_version == CROSSDOCK_ABI_VERSION else {
      throw refuse(
        "it was built for ABI \(plugin.abi_version), this agent has \(CROSSDOCK_ABI_VERSION)",
        "build it with this agent's header")
    }
    guard let role = PluginManifest.Role(number: plugin.role) else {
      throw refuse("its role \(plugin.role) is not known")
    }
    guard let name = plugin.name, let version = plugin.version, plugin.open != nil, plugin.process != nil,
      plugin.close != nil
    else { throw refuse("its descriptor lacks a name, a version, or one of open, process, close") }
    self.raw = raw
    self.role = role
    self.name = String(cString: name)
    self.version = String(cString: version)
    summary = plugin.summary.map { String(cString: $0) } ?? ""
    options = UnsafeBufferPointer(start: plugin.options, count: Int(plugin.option_count)).map { option in
      Option(
        key: String(cString: option.key), type: option.type,
        defaultValue: option.default_value.map { String(cString: $0) },
        help: option.help.map { String(cString: $0) } ?? "")
    }
  }
}
