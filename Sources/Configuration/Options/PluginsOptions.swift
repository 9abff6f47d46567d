enum PluginsOptions {
  static let rows = StoreRows(
    noun: "plugin", plural: "plugins", folder: "plugins", does: "decides what runs",
    holds: "one folder a plugin, in it one a version", shown: "every status")
  static let host = OptionRow(
    "host", .path,
    help: "The program that runs isolated plugins. Default: `crossdock-plugin-host` beside `crossdock`.")

  static let table = OptionTable(
    header: "[plugins]", summary: "Plugins that an operator installs, and whose they may be.",
    rows: [rows.folder, rows.trustKeys, rows.allowUnsigned, host],
    refused: ["trust_key": "did you mean \"trust_keys\"?"])
}
