import CommandSyntax
import Configuration
import JSONText
import PluginBundles
import PluginRuntime
import Records

/// `crossdock plugin list`: what is installed and what is built in.
struct PluginListCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin list", summary: "list the installed and the built-in plugins",
    discussion: """
      Reads the store that agent.conf names; the agent need not run. Every file of the version in use is held against its hash. \
      USED BY are the \
      sections of agent.conf that name the plugin; `crossdock status` says how they do.

      Exit codes: 0 done; 1 a plugin is damaged or its state cannot be read; 78 bad agent.conf.
      """,
    options: [ConfigurationFile.option, .init("--json", help: "one JSON object")],
    examples: ["crossdock plugin list --config /etc/crossdock/agent.conf", "crossdock plugin list --json"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let place = try StorePlace(arguments)
    let (plugins, unreadable) = try PluginStore.plugins(in: place.pluginFolder)
    let rows = plugins.map { Row(plugin: $0, damage: $0.damage()) }
    let builtIn = try BuiltInPlugins.descriptors().values.sorted { $0.name < $1.name }
    if arguments.has("--json") {
      Terminal.write(bytes: json(place, rows, unreadable, builtIn) + [0x0A])
    } else {
      Terminal.write(table(place, rows, builtIn))
      for row in rows { for line in row.damage { Terminal.writeError("damaged: \(row.plugin.name): \(line)\n") } }
      for entry in unreadable { Terminal.writeError("\(entry.error)\n") }
    }
    return unreadable.isEmpty && rows.allSatisfy(\.damage.isEmpty) ? .success : .failure
  }

  private struct Row {
    var plugin: InstalledPlugin
    var damage: [String]

    var state: String {
      if !damage.isEmpty { return "DAMAGED" }
      if !plugin.state.isEnabled { return "disabled" }
      return plugin.state.parked == nil ? "enabled" : "PARKED"
    }
  }

  private static func table(_ place: StorePlace, _ rows: [Row], _ builtIn: [PluginDescriptor]) -> String {
    var out = "plugins in \(place.pluginFolder)"
    if place.pluginTrust.allowsUnsigned { out += "; UNSIGNED ones are allowed" }
    out += "\n"
    out += TextTable.section(
      ["NAME", "VERSION", "ROLE", "STATE", "USED BY", "BEFORE", "SIGNED BY", "INSTALLED", "SUMMARY"],
      rows.map { row in
        let plugin = row.plugin.manifest.plugin
        let version = row.plugin.state.version(row.plugin.state.current)
        return [
          plugin.name, plugin.version.text, plugin.role.rawValue, row.state, users(of: plugin.name, place),
          row.plugin.state.previous?.text ?? "-", row.plugin.key ?? "NOBODY",
          version.map { Timestamp.text($0.installedNs / 1_000_000_000 * 1_000_000_000) } ?? "-",
          plugin.summary,
        ]
      }
        + builtIn.map {
          [$0.name, $0.version, $0.role.rawValue, "built in", users(of: $0.name, place), "-", "-", "-", $0.summary]
        })
    for row in rows { if let reason = row.plugin.state.parked { out += "parked: \(row.plugin.name): \(reason)\n" } }
    for row in rows {
      guard let returned = row.plugin.state.returned else { continue }
      out += "went back: \(row.plugin.name): \(returned.from) failed: \(returned.reason)\n"
      for text in row.plugin.leftOver(place) { out += "  \(text)\n" }
    }
    return out
  }

  /// The names of what agent.conf makes of it.
  private static func users(of plugin: String, _ place: StorePlace) -> String {
    let names = place.configuration.models.filter { $0.plugin == plugin }.map(\.name)
    return names.isEmpty ? "nothing" : names.joined(separator: ", ")
  }

  private static func json(
    _ place: StorePlace, _ rows: [Row], _ unreadable: [(name: String, error: CrossdockError)],
    _ builtIn: [PluginDescriptor]
  ) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.member("folder", place.pluginFolder)
      $0.member("allow_unsigned", place.pluginTrust.allowsUnsigned)
      $0.member("plugins", array: { list in for row in rows { write(row, place, to: &list) } })
      $0.member(
        "unreadable",
        array: { list in
          for entry in unreadable {
            list.object {
              $0.member("name", entry.name)
              $0.member("reason", entry.error.reason)
            }
          }
        })
      $0.member(
        "built_in",
        array: { list in
          for plugin in builtIn {
            list.object {
              $0.member("name", plugin.name)
              $0.member("version", plugin.version)
              $0.member("role", plugin.role.rawValue)
            }
          }
        })
    }
    return json.bytes
  }

  private static func write(_ row: Row, _ place: StorePlace, to json: inout JSONWriter) {
    let (plugin, state) = (row.plugin.manifest.plugin, row.plugin.state)
    json.object {
      $0.member("name", plugin.name)
      $0.member("version", plugin.version.text)
      $0.member("previous", state.previous?.text)
      $0.member("role", plugin.role.rawValue)
      $0.member("summary", plugin.summary)
      $0.member("enabled", state.isEnabled)
      $0.member("parked", state.parked)
      if let returned = state.returned {
        $0.member(
          "returned",
          object: {
            $0.member("from", returned.from.text)
            $0.member("reason", returned.reason)
            $0.member("left_over", array: { list in for text in row.plugin.leftOver(place) { list.value(text) } })
          })
      }
      $0.member("signed_by", row.plugin.key)
      $0.member("installed", state.version(state.current).map { Timestamp.text($0.installedNs) })
      $0.member("expires", plugin.expires?.text)
      $0.member("folder", row.plugin.folder)
      $0.member("damage", array: { list in for line in row.damage { list.value(line) } })
    }
  }
}
