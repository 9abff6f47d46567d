#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Configuration
  import Journal
  import Platform
  import Records

  /// `crossdock report`: the machines' state on one page.
  struct ReportCommand: Command {
    static let syntax = CommandSyntax(
      name: "report", summary: "one page on the machines: health, open alerts, remaining life, what to do",
      discussion: """
        Writes one HTML page without anything from elsewhere, to be printed and pinned up: a row an asset, the worst first, with its \
        health and how that went, its open alerts with what they may be, its remaining life, and what the configuration says is to be done. \
        Below it, what was done to machines and what models ask for. It is made of the records of the models of plugin predictive-maintenance; \
        a stream of features gives it the course. Reads the journal's file: the agent may run or not.

        Exit codes: 0 written; 69 there is no journal yet; 73 FILE cannot be written; 78 agent.conf has no such model.
        """,
      options: [
        ConfigurationFile.option,
        .init("--since", "TIME", help: "from this event time on (RFC 3339); open alerts are always there"),
        .init("--output", "FILE", help: "write this file instead of stdout"),
      ],
      examples: ["crossdock report --since 2026-11-16T00:00:00Z --output machines.html"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let since = try TimeArgument.since(arguments.value("--since"))
      let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
      let models = try MaintenanceModels.all(file)
      guard !models.isEmpty else {
        throw CrossdockError(
          "write the report", at: "agent.conf", reason: "no model is of plugin \"\(MaintenanceModels.plugin)\"",
          hint: "etc/agent.conf shows one", exitCode: .badConfiguration)
      }
      guard Files.exists(file.journalPath) else {
        throw CrossdockError(
          "read the journal", at: file.journalPath, reason: "there is none",
          hint: "it is made by the first `crossdock run` with this configuration", exitCode: .unavailable)
      }
      let report = try MaintenanceReport(models, sinceNs: since, try JournalReader(path: file.journalPath))
      try Output.write(
        ReportPage.html(report, agent: file.configuration.agent.id, sinceNs: since), to: arguments.value("--output"))
      return .success
    }
  }
#endif
