enum ModelOptions {
  static let name = OptionRow(
    "name", .string, isRequired: true, help: "Unique among the models; cursors and checkpoints are kept under it.")
  static let plugin = OptionRow(
    "plugin", .string, isRequired: true,
    help: "The plugin's name: `pick-routing`, `predictive-maintenance`, or what else was built in.")
  static let reads = OptionRow("reads", .strings, isRequired: true, help: "The streams that the model sees.")
  static let writes = OptionRow(
    "writes", .strings, default: "[]", help: "The streams that it may add records to; none of those that it reads.")
  static let replyConnection = OptionRow(
    "reply_connection", .string, help: "The connection on which it may answer devices. Default: it may not.")
  static let options = OptionRow("options", .table, help: "The plugin's own options, checked against its option table.")

  static let table = OptionTable(
    header: "[[model]]", summary: "A plugin at work on streams.",
    rows: [name, plugin, reads, writes, replyConnection, options])
}
