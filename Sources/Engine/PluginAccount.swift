internal import Journal

/// Outputs of a plugin that were not taken.
struct OutputRefusals: Sendable, Equatable {
  /// As a tombstone names it.
  enum Kind: String, Sendable {
    case notJSON = "not_json"
    case sources = "too_many_sources"
  }

  var count: UInt64 = 0
  /// Of the last one.
  var kind = Kind.notJSON
  var reason = ""

  mutating func add(_ other: OutputRefusals) {
    guard other.count > 0 else { return }
    (count, kind, reason) = (count + other.count, other.kind, other.reason)
  }
}

/// What the writer keeps about one plugin: what was refused of its outputs, and what it has brought in of names of sources.
///
/// Bounds: `maxKeptAMinute` refused outputs go to the quarantine; the others are dropped, and a tombstone says how many.
final class PluginAccount {
  static let maxKeptAMinute = 60
  private static let minuteNs: Int64 = 60_000_000_000
  static let version = "1"

  let plugin: String
  var sources: SourceShare
  private(set) var refusals = OutputRefusals()
  private var savedSources: SourceShare
  private var minuteBeganNs: Int64?
  private var keptInMinute = 0
  private var dropped: [(stream: String, kind: OutputRefusals.Kind, count: UInt64)] = []

  init(_ plugin: String, sources: SourceShare) {
    self.plugin = plugin
    self.sources = sources
    savedSources = sources
  }

  /// Under that name the journal keeps what a plugin has used of its share.
  static func sourcesName(_ plugin: String) -> String { "_sources:\(plugin)" }

  func refuse(_ kind: OutputRefusals.Kind, _ reason: String) {
    refusals.add(OutputRefusals(count: 1, kind: kind, reason: reason))
  }

  /// Whether another refused output may go to the quarantine.
  func mayKeep(nowNs: Int64) -> Bool {
    if minuteBeganNs.map({ nowNs - $0 >= Self.minuteNs || nowNs < $0 }) ?? true {
      (minuteBeganNs, keptInMinute) = (nowNs, 0)
    }
    guard keptInMinute < Self.maxKeptAMinute else { return false }
    keptInMinute += 1
    return true
  }

  func drop(from stream: String, _ kind: OutputRefusals.Kind) {
    if let index = dropped.firstIndex(where: { $0.stream == stream && $0.kind == kind }) {
      dropped[index].count += 1
    } else {
      dropped.append((stream, kind, 1))
    }
  }

  func takeDropped() -> [(stream: String, kind: OutputRefusals.Kind, count: UInt64)] {
    defer { dropped.removeAll(keepingCapacity: true) }
    return dropped
  }

  /// What is to be committed beside the records that brought the names; nil: nothing is new.
  func takeChangedSources() -> JournalTransaction.Checkpoint? {
    guard sources != savedSources else { return nil }
    savedSources = sources
    return JournalTransaction.Checkpoint(
      model: Self.sourcesName(plugin), version: Self.version, state: sources.state)
  }
}
