import CommandSyntax
import Configuration
import PluginBundles
import Records

/// `crossdock plugin remove`: a plugin and all its versions go.
struct PluginRemoveCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin remove", summary: "remove an installed plugin with all its versions",
    discussion: """
      Nothing of it is kept: its versions go, and the private folders of its instances. Refused while a [[plugin]] or [[model]] of agent.conf names it: the agent could not start then.

      Exit codes: 0 removed; 1 no such plugin, still in use, or the agent refused; 78 bad agent.conf.
      """,
    positionals: [.init("NAME", help: "the plugin")], options: [ConfigurationFile.option, StoreChange.option],
    examples: ["crossdock plugin remove cold-chain-watch"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let place = try StorePlace(arguments)
    let name = arguments.positionals[0]
    if let user = place.configuration.models.first(where: { $0.plugin == name }) {
      throw CrossdockError(
        "remove the plugin", at: name, reason: "\"\(user.name)\" of \(user.file):\(user.position.line) uses it",
        hint: "remove that section first, or `crossdock plugin disable \(name)`")
    }
    let removed = try PluginStore(folder: place.pluginFolder).remove(name)
    let versions = removed.versions.map(\.text).joined(separator: ", ")
    Terminal.write(
      "\(name): removed \(versions.isEmpty ? "what was there" : "version \(versions)"), \(removed.files) files, "
        + "\(TextTable.bytes(removed.bytes))\n")
    guard try StoreChange.takeUp(place, arguments) else { return .failure }
    let folders = try PrivateFolders(place.configuration).remove(of: name)
    if folders > 0 { Terminal.write("\(name): removed \(folders) private \(folders == 1 ? "folder" : "folders")\n") }
    return .success
  }
}
