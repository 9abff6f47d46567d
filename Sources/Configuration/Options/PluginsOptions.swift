enum PluginsOptions {
  static let folder = OptionRow(
    "folder", .path,
    help: """
      Where installed plugins are kept: one folder a plugin, in it one a version. Default: `plugins` in `data_dir`. \
      Who may write there decides what runs.
      """)
  static let trustKeys = OptionRow(
    "trust_keys", .strings, default: "[]",
    help: """
      Whose signatures count: public keys in minisign's format (`RWQ…`), or paths of their files. A bundle that none of them \
      has signed is not installed.
      """)
  static let allowUnsigned = OptionRow(
    "allow_unsigned", .boolean, default: "false",
    help: "Whether bundles without a signature are installed. For a developer's box; every status shows it.")
  static let host = OptionRow(
    "host", .path,
    help: "The program that runs isolated plugins. Default: `crossdock-plugin-host` beside `crossdock`.")

  static let table = OptionTable(
    header: "[plugins]", summary: "Plugins that an operator installs, and whose they may be.",
    rows: [folder, trustKeys, allowUnsigned, host],
    refused: ["trust_key": "did you mean \"trust_keys\"?"])
}
