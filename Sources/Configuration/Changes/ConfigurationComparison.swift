// What differs between the configuration that runs and the one that is to run. Pure: the same two give the same list.
//
// Invariant: two configurations of which the agent would be made differently give at least one change. Where a part differs and no key
// of it was named (a key that was added to the format and forgotten here), the part as a whole is said to have changed.
//
// Places in the text, the order of keys, and the order of sections whose order means nothing are no changes.

package enum ConfigurationComparison {
  package static func changes(from old: ConfigurationState, to new: ConfigurationState) -> [ConfigurationChange] {
    let (a, b) = (old.configuration, new.configuration)
    var all = agent(a, b)
    all += sections(a.connections, b.connections, Self.keys)
    all += sections(a.streams, b.streams, Self.keys)
    all += sections(a.feeds, b.feeds, Self.keys)
    all += sections(a.models, b.models, Self.keys)
    all += sections(a.uplinks, b.uplinks, Self.keys)
    all += store(a.plugins, b.plugins)
    all += store(a.modelStore, b.modelStore)
    all += control(a.control, b.control)
    all += order("feed", a.feeds.map(\.name), b.feeds.map(\.name), why: "a topic of two feeds belongs to the first")
    all += order("model", a.models.map(\.name), b.models.map(\.name), why: "a model sees what those before it emit")
    all += plugins(old.plugins, new.plugins)
    all += files(old.files, new.files)
    return all
  }

  // MARK: sections with names

  private static func sections<Section: NamedSection>(
    _ old: [Section], _ new: [Section], _ keys: (Section, Section, inout KeyComparison) -> Void
  ) -> [ConfigurationChange] {
    var all: [ConfigurationChange] = []
    for section in old where !new.contains(where: { $0.name == section.name }) {
      all.append(ConfigurationChange(section.part, "removed"))
    }
    for section in new {
      guard let before = old.first(where: { $0.name == section.name }) else {
        all.append(ConfigurationChange(section.part, "added"))
        continue
      }
      guard before.withoutPlaces != section.withoutPlaces else { continue }
      var comparison = KeyComparison(section.part)
      keys(before, section, &comparison)
      if comparison.changes.isEmpty { comparison.note("changed") }
      all += comparison.changes
    }
    return all
  }

  private static func order(
    _ noun: String, _ old: [String], _ new: [String], why: String
  ) -> [ConfigurationChange] {
    let (before, after) = (old.filter(new.contains), new.filter(old.contains))
    return before == after ? [] : [ConfigurationChange(.order, "of the \(noun)s; \(why)")]
  }

  // MARK: what is beside agent.conf

  private static func store(_ old: PluginsSection, _ new: PluginsSection) -> [ConfigurationChange] {
    guard old != new else { return [] }
    var keys = KeyComparison(.plugins)
    trust((old.folder, old.allowUnsigned, old.trustKeys), (new.folder, new.allowUnsigned, new.trustKeys), &keys)
    keys.text("host", old.host, new.host)
    return keys.changes
  }

  private static func store(_ old: ModelsSection, _ new: ModelsSection) -> [ConfigurationChange] {
    guard old != new else { return [] }
    var keys = KeyComparison(.models)
    trust((old.folder, old.allowUnsigned, old.trustKeys), (new.folder, new.allowUnsigned, new.trustKeys), &keys)
    return keys.changes
  }

  private typealias Trust = (folder: String, allowUnsigned: Bool, keys: [TrustKey])

  private static func trust(_ old: Trust, _ new: Trust, _ keys: inout KeyComparison) {
    keys.text("folder", old.folder, new.folder)
    keys.text("allow_unsigned", "\(old.allowUnsigned)", "\(new.allowUnsigned)")
    if old.keys.map(\.text) != new.keys.map(\.text) { keys.note("trust_keys changed") }
  }

  private static func plugins(_ old: [String: String], _ new: [String: String]) -> [ConfigurationChange] {
    new.keys.sorted().compactMap { name in
      guard let before = old[name], let after = new[name], before != after else { return nil }
      return ConfigurationChange(.plugin(name), "version \(before) → \(after)")
    }
  }

  /// A file that is named anew has been said already, by its key.
  private static func files(
    _ old: [ConfigurationState.InputFile: UInt64], _ new: [ConfigurationState.InputFile: UInt64]
  ) -> [ConfigurationChange] {
    new.compactMap { file, hash in
      guard let before = old[file], before != hash else { return nil }
      return ConfigurationChange(file.part, "the contents of \(file.key) \"\(printable(file.path))\" changed")
    }.sorted { $0.description < $1.description }
  }
}

/// A section of which there may be several, told apart by their names.
protocol NamedSection: Equatable {
  var name: String { get }
  var part: ConfigurationChange.Part { get }
  /// The section wherever it stands in the text.
  var withoutPlaces: Self { get }
}

extension SourcePosition {
  static let none = SourcePosition(line: 0, column: 0)
}
