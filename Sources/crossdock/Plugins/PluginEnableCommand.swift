import CommandSyntax
import Configuration
import PluginBundles
import Records

/// `crossdock plugin enable`: a disabled or parked plugin runs again.
struct PluginEnableCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin enable", summary: "let a disabled or parked plugin run again",
    discussion:
      "Exit codes: 0 done, or it was so already; 1 no such plugin, it does not fit agent.conf, or the agent refused; 78 bad agent.conf.",
    positionals: [.init("NAME", help: "the plugin")], options: [ConfigurationFile.option, StoreChange.option],
    examples: ["crossdock plugin enable cold-chain-watch"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    try PluginSwitch.set(arguments, isEnabled: true)
  }
}

/// `crossdock plugin disable`: a plugin stays installed and does not run.
struct PluginDisableCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin disable", summary: "stop a plugin and leave it installed",
    discussion: """
      Its position in the streams stays: when it is enabled again, it goes on where it was, as far as the records are still there. \
      Refused for one that runs in the agent's process: that is there as long as its section of agent.conf.

      Exit codes: 0 done, or it was so already; 1 no such plugin, or the agent refused; 78 bad agent.conf.
      """,
    positionals: [.init("NAME", help: "the plugin")], options: [ConfigurationFile.option, StoreChange.option],
    examples: ["crossdock plugin disable cold-chain-watch"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    try PluginSwitch.set(arguments, isEnabled: false)
  }
}

enum PluginSwitch {
  static func set(_ arguments: ParsedArguments, isEnabled: Bool) throws(CrossdockError) -> ExitCode {
    let place = try StorePlace(arguments)
    let name = arguments.positionals[0]
    if !isEnabled, let user = place.configuration.models.first(where: { $0.plugin == name && $0.run == .inProcess }) {
      throw CrossdockError(
        "disable the plugin", at: name,
        reason: "\"\(user.name)\" of \(user.file):\(user.position.line) runs it in the agent's process",
        hint: "remove that section, or its run = \"in-process\", and reload")
    }
    try refuseBuiltIn(name, place)
    let word = isEnabled ? "enabled" : "disabled"
    do {
      let store = try PluginStore(folder: place.pluginFolder)
      if isEnabled, let plugin = try PluginStore.plugin(name, in: place.pluginFolder), let says = plugin.says {
        try VersionFit.check(plugin.manifest.plugin, says, place, for: "enable the plugin")
      }
      let isChanged = try store.setEnabled(name, isEnabled)
      Terminal.write(isChanged ? "\(name): \(word)\n" : "\(name) is \(word) already\n")
      // One that is enabled may be parked: the agent tries it again.
      guard isChanged || isEnabled else { return .success }
    }
    return try StoreChange.takeUp(place, arguments) ? .success : .failure
  }

  /// One that is part of the agent is in no store: only agent.conf says whether it runs.
  private static func refuseBuiltIn(_ name: String, _ place: StorePlace) throws(CrossdockError) {
    guard try BuiltInPlugins.descriptors()[name] != nil,
      try PluginStore.plugin(name, in: place.pluginFolder) == nil
    else { return }
    let users = place.configuration.models.filter { $0.plugin == name }
    throw CrossdockError(
      "enable or disable the plugin", at: name,
      reason: "it is built into the agent, and runs as long as a section of agent.conf names it",
      hint: users.isEmpty
        ? "none does; a [[model]] with plugin = \"\(name)\" would run it"
        : "to stop it, remove \(users.map { "\"\($0.name)\" (\($0.file):\($0.position.line))" }.joined(separator: ", ")) and reload"
    )
  }
}
