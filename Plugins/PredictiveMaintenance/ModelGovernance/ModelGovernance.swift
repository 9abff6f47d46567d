// All governed models of a plugin instance: made of the entries of its FILES option, fed with its records, asked for its events.
//
// Order of calls: `init`, `bind` for each stream, `restore` where there is a checkpoint; then records, first those that are replayed, and after
// each of them `takeEvents`.
package import SignalFeatures
package import StateCoding

package final class ModelGovernance {
  package let models: [GovernedModel]

  /// - Throws: when an entry is none of a model. A version that cannot be used is no error: an event says so.
  package init(files: [(path: String, contents: [UInt8])]) throws(GovernanceError) {
    let all = try VersionEntries.read(files)
    models = all.map { GovernedModel($0, assetsBytes: GovernanceLimits.assetsBytes / all.count) }
  }

  package var isEmpty: Bool { models.isEmpty }

  /// The records that come were judged before a restart: nothing is told of them, and nothing new is taken up.
  package var isReplaying = false {
    didSet { for model in models { model.isReplaying = isReplaying } }
  }

  /// Whether something has changed, since this was last asked, that the records alone do not bring back: a checkpoint is to be
  /// committed with what was judged meanwhile.
  package func takeWishForCheckpoint() -> Bool { models.reduce(false) { $1.takeWish() || $0 } }

  /// Says which columns a stream has.
  package func bind(stream: Int, name: String, columns: [String]) {
    for model in models { model.bind(stream: stream, name: name, columns: columns) }
  }

  package func isFed(by stream: Int) -> Bool { models.contains { $0.isFed(by: stream) } }

  /// One record.
  /// - Parameters:
  ///   - clockUs: a clock that only grows, in microseconds; nil: times do not count.
  ///   - verdict: called for each row that an active version has judged.
  package func observe(
    _ sample: GovernedSample, clockUs: (() -> Int64)? = nil,
    verdict: (GovernedVerdict, borrowing FeatureRow) throws -> Void
  ) rethrows {
    for model in models { try model.observe(sample, clockUs: clockUs, verdict: verdict) }
  }

  /// A record of the stream that commands come on.
  /// - Returns: false when it is no command for a model of this instance.
  package func command(_ body: UnsafeRawBufferPointer, stream: Int, sequence: UInt64) -> Bool {
    guard let command = ModelCommand(body), let model = models.first(where: { $0.name == command.model }) else {
      return false
    }
    model.command(command, stream: stream, sequence: sequence)
    return true
  }

  /// A sensor was replaced, or maintenance was done: its features begin anew.
  package func resetAsset(stream: Int, source: UInt32) {
    for model in models { model.resetAsset(UInt64(truncatingIfNeeded: stream) << 32 | UInt64(source)) }
  }

  /// Bodies for the events stream, in order.
  /// - Parameters:
  ///   - asset: of the record that was looked at last.
  ///   - epoch: of the journal; empty: not known.
  package func takeEvents(asset: String = "", epoch: String = "") -> [[UInt8]] {
    models.flatMap { $0.takeEvents(asset: asset, epoch: epoch) }
  }

  /// The numbers of all devices that are remembered, ascending.
  package var sources: [UInt32] { Set(models.flatMap { $0.assets.sources }).sorted() }

  package func encode(into state: StateWriter) {
    state.append(UInt16(models.count))
    for model in models {
      state.append(model.name)
      state.appendSized { model.encode(into: $0) }
    }
  }

  /// Models that are gone are left out, new ones begin empty.
  package func restore(from state: inout StateReader) throws {
    for _ in 0..<(try state.integer(UInt16.self)) {
      let name = try state.text()
      var part = try state.sized()
      try models.first { $0.name == name }?.restore(from: &part)
    }
  }
}
