import CommandSyntax
import PluginBundles
import Records

/// `crossdock plugin rollback`: the version before is in use again.
struct PluginRollbackCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin rollback", summary: "go back to the version before",
    discussion: """
      The two versions change places: a second rollback goes forward again. Every file of the version before is held against its \
      hash first, and one that was installed without a signature is refused unless "allow_unsigned" of [plugins] allows it.

      Exit codes: 0 done; 1 no such plugin, no version before, no signature, or the agent refused; 78 bad agent.conf.
      """,
    positionals: [.init("NAME", help: "the plugin")], options: [ConfigurationFile.option, StoreChange.option],
    examples: ["crossdock plugin rollback cold-chain-watch"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let place = try StorePlace(arguments)
    let name = arguments.positionals[0]
    let (from, to) = try PluginStore(folder: place.pluginFolder).rollback(
      name, allowsUnsigned: place.pluginTrust.allowsUnsigned)
    Terminal.write("\(name): \(to) is in use again, \(from) is kept\n")
    return try StoreChange.takeUp(place, arguments) ? .success : .failure
  }
}
