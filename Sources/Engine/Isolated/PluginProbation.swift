/// The first batches of a version that is new here: when they fail, the version before comes back.
struct PluginProbation {
  static let batches = 20
  static let maxFailures = 3

  let previous: IsolatedPlugin.Version
  /// Where it begins.
  let position: Int64
  private(set) var succeeded = 0
  private(set) var failed = 0

  init(previous: IsolatedPlugin.Version, position: Int64) {
    self.previous = previous
    self.position = position
  }

  var isPassed: Bool { succeeded >= Self.batches }
  var isFailed: Bool { failed >= Self.maxFailures }

  mutating func batchSucceeded() { succeeded += 1 }
  mutating func batchFailed() { failed += 1 }
}
