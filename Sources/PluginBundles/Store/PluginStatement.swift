// What a plugin's process said of itself when its version was installed, kept with the version in state.json:
//
//   "says":{"abi":1,"role":"model","options":[{"key":"limit","type":2,"default":"50","help":"…"}, …]}
//
// `type` is a CROSSDOCK_OPTION_… of crossdock_plugin.h, `default` may be null. So whoever checks agent.conf starts no process of a plugin:
// neither the start of the agent nor a reload waits for one, or fails with it.
internal import JSONText
package import Records

package struct PluginStatement: Sendable, Equatable {
  package struct Option: Sendable, Equatable {
    package var key: String
    package var type: UInt32
    package var defaultValue: String?
    package var help: String

    package init(key: String, type: UInt32, defaultValue: String?, help: String) {
      self.key = key
      self.type = type
      self.defaultValue = defaultValue
      self.help = help
    }
  }

  package var abi: Int
  package var role: PluginManifest.Role
  package var options: [Option]

  /// Two versions of it, and all else of a state, fit in `StateFile.maxBytes`.
  package static let maxBytes = 98_304
  static let member = "says"
  private static let maxOptions = 256

  package init(abi: Int = PluginManifest.abiVersion, role: PluginManifest.Role, options: [Option]) {
    self.abi = abi
    self.role = role
    self.options = options
  }

  /// Nil: there is none, or none that can be used. The process is asked then.
  init?(_ value: JSONValue?) {
    guard let value, let abi = value["abi"]?.integer, abi == PluginManifest.abiVersion,
      let role = value["role"]?.string.flatMap(PluginManifest.Role.init),
      let entries = value["options"]?.array, entries.count <= Self.maxOptions
    else { return nil }
    var options: [Option] = []
    for entry in entries {
      guard let key = entry["key"]?.string, let type = entry["type"]?.integer.flatMap({ UInt32(exactly: $0) }),
        let help = entry["help"]?.string
      else { return nil }
      options.append(Option(key: key, type: type, defaultValue: entry["default"]?.string, help: help))
    }
    self.init(abi: abi, role: role, options: options)
  }

  /// Its length as a state has it.
  package var byteCount: Int {
    var json = JSONWriter()
    write(to: &json)
    return json.bytes.count
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("abi", abi)
      json.member("role", role.rawValue)
      json.member(
        "options",
        array: { list in
          for option in options {
            list.object {
              $0.member("key", option.key)
              $0.member("type", Int(option.type))
              $0.member("default", option.defaultValue)
              $0.member("help", option.help)
            }
          }
        })
    }
  }
}
