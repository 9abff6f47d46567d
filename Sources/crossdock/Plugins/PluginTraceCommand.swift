import CommandSyntax
import Glibc
import HTTPClient
import JSONText
import Records

/// A plugin's batches as they happen.
struct PluginTraceCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin trace", summary: "show a plugin's batches as they happen",
    discussion: """
      Asks the running agent, so it needs the control API. One line a batch: when it began, how many records it had and from \
      which arrival on, what came of them, how long it took, and how it ended. It begins with the newest batches and goes on \
      until it is interrupted or its reader goes away; with -n it ends after so many. NAME is the plugin's name in agent.conf.
      """,
    positionals: [CommandSyntax.Positional("NAME", help: "the plugin, as agent.conf names it")],
    options: AgentClient.options + [CommandSyntax.Option("-n", "N", help: "end after so many batches")],
    examples: ["crossdock plugin trace cold-chain", "crossdock plugin trace labels -n 20"])

  private static let pollMs: Int32 = 250

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let name = arguments.positionals[0]
    var left = try arguments.integer("-n", in: 1...1_000_000_000) ?? .max
    let client = try AgentClient(arguments)
    var last = -1
    var hasHead = false
    while true {
      let batches = try batches(of: name, client)
      if !hasHead { Terminal.write("TIME                      BATCH   RECORDS  OUTPUTS  REJECTS   TOOK US  OUTCOME\n") }
      hasHead = true
      // The process may have been started anew, and counts from 1 again.
      if let newest = batches.last?["number"]?.integer, newest < last { last = -1 }
      for batch in batches where (batch["number"]?.integer ?? 0) > last {
        Terminal.write(line(batch))
        last = batch["number"]?.integer ?? 0
        left -= 1
        if left == 0 { return .success }
      }
      Terminal.flush()
      var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
      if poll(&output, 1, pollMs) > 0, output.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { return .success }
    }
  }

  private static func batches(of name: String, _ client: AgentClient) throws -> [JSONValue] {
    let answer = try client.get("/v1/plugins")
    guard answer.isSuccess, let document = try? JSONValue.parse(answer.body) else {
      throw CrossdockError("ask the agent", at: "/v1/plugins", reason: "it answered \(answer.status)")
    }
    let plugins = document["plugins"]?.array ?? []
    guard let plugin = plugins.first(where: { $0["name"]?.string == name }) else {
      let names = plugins.compactMap { $0["name"]?.string }.joined(separator: ", ")
      throw CrossdockError(
        "trace the plugin", at: name, reason: "the agent runs no plugin of that name beside it",
        hint: names.isEmpty ? "it runs none" : "there is: \(names)")
    }
    return plugin["recent"]?.array ?? []
  }

  private static func line(_ batch: JSONValue) -> String {
    func column(_ key: String, _ width: Int) -> String {
      let text = batch[key]?.integer.map { "\($0)" } ?? "-"
      return String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let time = batch["time"]?.string ?? ""
    return "\(time.prefix(23))\(column("number", 9))\(column("records", 10))\(column("outputs", 9))"
      + "\(column("rejects", 9))\(column("took_us", 10))  \(PrintableText.escaped(batch["outcome"]?.string ?? ""))\n"
  }
}
