/// Bounds of a governed model, so that no bundle and no life of an agent can take more than is stated.
package enum GovernanceLimits {
  package static let modelBytes = 1 << 20
  package static let artefacts = 64
  package static let classes = 64
  package static let metrics = 256
  package static let textBytes = 1024
  /// What a bundle's manifest takes.
  package static let summaryBytes = 200
  package static let goldenRows = 10_000
  package static let goldenBytes = 16 << 20
  /// Of all artefacts and tables of one version together.
  package static let versionBytes = 64 << 20
  /// Devices whose extractors a model keeps; those not heard from for longest go.
  package static let assets = 10_000
  /// Of the extractors of all models of one plugin instance together: by it there may be fewer devices, at least one.
  package static let assetsBytes = 256 << 20
  /// Names of models in one plugin instance.
  package static let models = 16
  /// Decisions that a checkpoint carries for a store that does not know them yet.
  package static let openDecisions = 32
  /// Changes by commands of the program that the store hands over.
  package static let storeChanges = 32
  /// Events that wait for the next record.
  package static let openEvents = 64
  package static let window = 1...1_000_000
  /// Where the author states none: an evaluation is on the way of every record to its commit.
  package static let deadlineUs = 50_000
  /// What late evaluations in a row may take together before the active version gives way, however many a window may have: as long are
  /// commits, and with them acknowledgements, held up.
  package static let heldUs: Int64 = 1_000_000
  /// Records from streams without a model's columns, before the first with them, after which that is told.
  package static let recordsPassedBy: UInt32 = 1000
  /// Rows that a shadow sits out after one that was late, at most.
  package static let satOutRows: Int64 = 1000
}
