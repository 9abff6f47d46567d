import Records

/// A plugin's capabilities for people: what it asks for, before they install it.
enum CapabilityText {
  static func lines(_ capabilities: PluginCapabilities) -> String {
    var out = ""
    func line(_ what: String, _ values: [String]) {
      if !values.isEmpty { out += "  \(what): \(values.joined(separator: ", "))\n" }
    }
    line("reads streams", capabilities.reads)
    line("writes streams", capabilities.writes)
    if capabilities.replies { out += "  answers devices\n" }
    line("reads files", capabilities.readFiles)
    line("writes files", capabilities.writeFiles)
    line("connects to", capabilities.network)
    if capabilities.processes > 0 { out += "  starts processes: up to \(capabilities.processes)\n" }
    return out
  }
}
