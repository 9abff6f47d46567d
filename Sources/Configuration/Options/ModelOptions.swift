enum ModelOptions {
  static let name = OptionRow(
    "name", .string, isRequired: true, help: "Unique among the models; cursors and checkpoints are kept under it.")
  static let plugin = OptionRow(
    "plugin", .string, isRequired: true,
    help:
      "The plugin's name, as `crossdock plugin list` has it: of an installed one, or built in (`pick-routing`, `predictive-maintenance`, `stop-sequencing`)."
  )
  static let run = OptionRow(
    "run", .choice(["isolated", "in-process"]),
    help:
      "`isolated`: in a confined process of its own, beside the way of a record; whatever it does, nothing waits for it. `in-process`: in the agent, with each batch before its commit: the last microsecond, and the agent ends if it crashes. Default: in-process for what is built in, isolated for what is installed."
  )
  static let begin = OptionRow(
    "begin", .choice(["new", "oldest"]),
    help:
      "Where a plugin of its own process begins that has never run here: with what comes, or with the oldest record. Default: `oldest` for uplinks, `new` for others."
  )
  static let reads = OptionRow("reads", .strings, isRequired: true, help: "The streams that the model sees.")
  static let writes = OptionRow(
    "writes", .strings, default: "[]", help: "The streams that it may add records to; none of those that it reads.")
  static let replyConnection = OptionRow(
    "reply_connection", .string, help: "The connection on which it may answer devices. Default: it may not.")
  static let options = OptionRow("options", .table, help: "The plugin's own options, checked against its option table.")

  static let table = OptionTable(
    header: "[[model]]", summary: "A plugin at work on streams.",
    rows: [name, plugin, run, begin, reads, writes, replyConnection, options])

  /// The same for plugins of every role. A feed reads nothing.
  static let pluginTable = OptionTable(
    header: "[[plugin]]",
    summary:
      "A plugin at work: a decoder, a model, an uplink or a feed, as its plugin.toml says. `[[model]]` is the same for a model.",
    rows: [
      OptionRow(
        "name", .string, isRequired: true,
        help: "Unique among plugins and models; its position and checkpoints are kept under it."),
      plugin, run, begin,
      OptionRow("reads", .strings, default: "[]", help: "The streams that it sees. A feed reads none."),
      writes, replyConnection,
      OptionRow("options", .table, help: "The plugin's own options, checked against its option table."),
    ])
}
