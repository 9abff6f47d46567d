import CommandSyntax
import JSONText
import PluginRuntime
import Records

/// What a plugin's shared object says of itself.
struct DescribeCommand: Command {
  static let syntax = CommandSyntax(
    name: "describe", summary: "load a plugin and print its descriptor as JSON",
    discussion: """
      Loads the shared object as a host would, checks its ABI and descriptor, and prints name, version, summary and option \
      table. The plugin's code runs in this process and nowhere else: a plugin that crashes when it is loaded ends this \
      program alone. Running models in this host, confined, is not there yet.

      Exit codes: 0 it is a plugin that this version can use, 65 it is not.
      """,
    positionals: [CommandSyntax.Positional("FILE", help: "the shared object")],
    examples: ["crossdock-plugin-host describe ./cold-chain.so"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let plugin: PluginDescriptor
    do throws(CrossdockError) {
      plugin = try SharedObject.load(arguments.positionals[0])
    } catch {
      var error = error
      error.exitCode = .badInput
      throw error
    }
    var json = JSONWriter()
    json.object {
      $0.member("name", plugin.name)
      $0.member("version", plugin.version)
      $0.member("summary", plugin.summary)
      $0.member(
        "options",
        array: { list in
          for option in plugin.options {
            list.object {
              $0.member("key", option.key)
              $0.member("type", Int(option.type))
              $0.member("default", option.defaultValue)
              $0.member("help", option.help)
            }
          }
        })
    }
    Terminal.write(bytes: json.bytes)
    Terminal.write("\n")
    return .success
  }
}
