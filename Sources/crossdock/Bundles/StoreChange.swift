import CommandSyntax
import Configuration
import Platform
import Records

/// After a change of the store: the running agent takes it up.
enum StoreChange {
  static let option = CommandSyntax.Option("--no-reload", help: "do not ask the running agent to take it up")

  /// - Returns: false when the agent refused: the store is changed, and the agent goes on as before.
  static func takeUp(_ place: StorePlace, _ arguments: ParsedArguments) throws(CrossdockError) -> Bool {
    if arguments.has(option.name) { return true }
    let folder = place.configuration.agent.dataDirectory
    guard try AgentReload.isAgentRunning(on: folder) else {
      Terminal.writeError("no agent runs on \(folder): it takes this up when it is started\n")
      return true
    }
    let outcome = try AgentReload.request(folder: folder)
    if outcome.isOK {
      for change in outcome.changes { Terminal.writeError("agent: \(change)\n") }
      return true
    }
    for problem in outcome.problems { Terminal.writeError("\(problem)\n") }
    Terminal.writeError("the store is changed, but the agent refused to take it up and goes on as before\n")
    return false
  }
}
