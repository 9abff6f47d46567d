/// The reference page of agent.conf (docs/configuration.md), made from the option tables.
package enum ConfigurationReference {
  package static func markdown() -> String {
    var out = """
      # agent.conf, key by key

      Made by `crossdock check-config --reference` from the tables that the program reads the file with; do not edit.
      `etc/agent.conf` is a complete sample with explanations. `crossdock check-config --config FILE` checks a file.

      ## Rules that hold everywhere

      - The file is TOML 1.0, at most \(Quantity.text(bytes: ConfigurationLoader.maxFileBytes)). Unknown keys are errors.
      - `${NAME}` in a text is replaced by the environment variable NAME, which must be set; `$${` stands for `${`.
      - Paths are relative to the folder of agent.conf.
      - A size is a number of bytes or a text: `"512MiB"`, `"1 GB"` (B, KB, MB, GB, TB, KiB, MiB, GiB, TiB).
      - A duration is a number of the unit in the key's name or a text: `"250ms"`, `"30s"`, `"5m"`, `"2h"`, `"7d"`.
      - A secret's file holds the secret on one line; `credential:NAME` is the file NAME in `$CREDENTIALS_DIRECTORY`
        (systemd's `LoadCredential=`). Secrets are never printed.

      """
    for section in Sections.all { out += "\n" + markdown(section) }
    return out
  }

  /// The reference page of plugin.toml (docs/plugin-toml.md).
  package static func pluginManifestMarkdown() -> String {
    var out = """
      # plugin.toml, key by key

      Made by `crossdock check-config --plugin-reference` from the tables that the program reads the file with; do not edit.
      [Plugins](plugins.md) explains what it is for. `crossdock plugin test DIR` checks a folder's file.

      - The file is TOML 1.0, at most \(Quantity.text(bytes: PluginManifestFile.maxFileBytes)). Unknown keys are errors.
      - `${NAME}` means nothing here: the file says the same on every machine.
      - A duration is a number of the unit in the key's name or a text: `"250ms"`, `"30s"`.

      """
    for section in PluginManifestSections.all { out += "\n" + markdown(section) }
    return out
  }

  private static func markdown(_ section: OptionTable) -> String {
    var out = "## `\(section.header)`\n\n\(section.summary)\n\n"
    out += "| key | value | default | meaning |\n| --- | --- | --- | --- |\n"
    for row in section.rows {
      let only = row.decoders.isEmpty || row.decoders.count == 3 ? "" : "(\(row.decoders.joined(separator: ", "))) "
      let fallback = row.isRequired ? "required" : row.defaultText.map { "`\($0)`" } ?? "–"
      out += "| `\(row.key)` | \(row.kind.words) | \(fallback) | \(only)\(row.help) |\n"
    }
    if !section.refused.isEmpty {
      out += "\nThere is no\n\n"
      for (key, reason) in section.refused.sorted(by: { $0.key < $1.key }) { out += "- `\(key)`: \(reason)\n" }
    }
    return out
  }
}

extension OptionRow.Kind {
  fileprivate var words: String {
    switch self {
    case .string: "text"
    case .integer(let range): "integer, \(range.lowerBound) to \(range.upperBound)"
    case .boolean: "true or false"
    case .choice(let choices): choices.map { "`\"\($0)\"`" }.joined(separator: ", ")
    case .size(let range):
      "size, \(Quantity.text(bytes: range.lowerBound)) to \(Quantity.text(bytes: range.upperBound))"
    case .milliseconds(let range): "duration, \(range.lowerBound) to \(range.upperBound) ms"
    case .seconds(let range): "duration, \(range.lowerBound) to \(range.upperBound) s"
    case .strings: "array of texts"
    case .pairs: "inline table of texts"
    case .path: "path"
    case .file: "path of a readable file"
    case .secret: "text, secret"
    case .secretFile: "path of a readable file, secret"
    case .table: "table"
    }
  }
}
