/// The keys that every section about installed bundles has.
struct StoreRows {
  let noun: String
  /// Below `data_dir`.
  let defaultFolder: String
  let folder: OptionRow
  let trustKeys: OptionRow
  let allowUnsigned: OptionRow

  init(noun: String, plural: String, folder: String, does: String, holds: String, shown: String) {
    self.noun = noun
    defaultFolder = folder
    self.folder = OptionRow(
      "folder", .path,
      help: """
        Where installed \(plural) are kept: \(holds). Default: `\(folder)` in `data_dir`. \
        Who may write there \(does).
        """)
    trustKeys = OptionRow(
      "trust_keys", .strings, default: "[]",
      help: """
        Whose signatures count: public keys in minisign's format (`RWQ…`), or paths of their files. A bundle that none of them \
        has signed is not installed.
        """)
    allowUnsigned = OptionRow(
      "allow_unsigned", .boolean, default: "false",
      help: "Whether bundles without a signature are installed. For a developer's box; \(shown) shows it.")
  }
}
