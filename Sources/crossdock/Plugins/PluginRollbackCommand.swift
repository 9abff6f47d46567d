import CommandSyntax
import PluginBundles
import Records

/// `crossdock plugin rollback`: the version before is in use again.
struct PluginRollbackCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin rollback", summary: "go back to the version before",
    discussion: """
      The two versions change places: a second rollback goes forward again. Every file of the version before is held against its \
      hash first, and one that was installed without a signature is refused unless "allow_unsigned" of [plugins] allows it. \
      One whose options do not fit agent.conf is refused, too. It goes on with the state that it had when the newer version began, \
      brought to where the plugin is; without one it begins anew, and the agent's log says so.

      Exit codes: 0 done; 1 no such plugin, no version before, no signature, or the agent refused; 78 bad agent.conf.
      """,
    positionals: [.init("NAME", help: "the plugin")], options: [ConfigurationFile.option, StoreChange.option],
    examples: ["crossdock plugin rollback cold-chain-watch"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let place = try StorePlace(arguments)
    let name = arguments.positionals[0]
    let store = try PluginStore(folder: place.pluginFolder)
    try checkFit(name, store, place)
    let (from, to) = try store.rollback(name, allowsUnsigned: place.pluginTrust.allowsUnsigned)
    Terminal.write("\(name): \(to) is in use again, \(from) is kept\n")
    return try StoreChange.takeUp(place, arguments) ? .success : .failure
  }

  /// One that is disabled is judged when it is enabled. What cannot be read is refused with its reason by the store.
  private static func checkFit(_ name: String, _ store: PluginStore, _ place: StorePlace) throws(CrossdockError) {
    let state = try store.state(name)
    guard state.isEnabled, let previous = state.previous, let says = state.version(previous)?.says,
      let manifest = try? PluginStore.manifest("\(store.folder)/\(name)/\(previous)", name, previous)
    else { return }
    try VersionFit.check(manifest.plugin, says, place, for: "roll back the plugin")
  }
}
