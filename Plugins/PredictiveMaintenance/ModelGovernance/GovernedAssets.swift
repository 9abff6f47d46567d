internal import SignalFeatures
internal import StateCoding

/// What a model remembers of one device.
final class GovernedAsset {
  let key: UInt64
  /// One for each track of the model.
  var extractors: [FeatureExtractor]
  /// Beside each of them.
  var marks: [RowMarks]
  var activeSeverity = GovernedSeverity.none
  var shadowSeverity = GovernedSeverity.none
  fileprivate(set) var used: UInt64 = 0

  init(key: UInt64, _ tracks: [FeatureTrack]) {
    self.key = key
    extractors = tracks.map { FeatureExtractor($0.plan) }
    marks = tracks.map { _ in RowMarks() }
  }
}

/// The devices of a model, at most `limit`: a sixteenth of them, those not heard from for longest, make room, so that many new names cost
/// each of them little.
struct GovernedAssets {
  let limit: Int
  private var assets: [UInt64: GovernedAsset] = [:]
  private var uses: UInt64 = 0
  private(set) var evicted: UInt64 = 0
  private var latest: GovernedAsset?

  var count: Int { assets.count }
  var sources: [UInt32] { assets.keys.map { UInt32(truncatingIfNeeded: $0) } }

  mutating func asset(_ key: UInt64, _ tracks: [FeatureTrack]) -> GovernedAsset {
    uses += 1
    if let latest, latest.key == key {
      latest.used = uses
      return latest
    }
    let asset = assets[key] ?? insert(GovernedAsset(key: key, tracks))
    asset.used = uses
    latest = asset
    return asset
  }

  private mutating func insert(_ asset: GovernedAsset) -> GovernedAsset {
    if assets.count >= limit { evict(assets.count - limit + max(1, limit / 16)) }
    assets[asset.key] = asset
    return asset
  }

  private mutating func evict(_ count: Int) {
    for asset in assets.values.sorted(by: { $0.used < $1.used }).prefix(count) {
      assets[asset.key] = nil
      evicted += 1
    }
  }

  func reset(_ key: UInt64) {
    guard let asset = assets[key] else { return }
    for index in asset.extractors.indices {
      asset.extractors[index].reset()
      asset.marks[index].reset()
    }
    (asset.activeSeverity, asset.shadowSeverity) = (.none, .none)
  }

  func resetShadowSeverities() {
    for asset in assets.values { asset.shadowSeverity = .none }
  }

  /// From the one not heard from for longest on.
  func encode(into state: StateWriter, _ tracks: [FeatureTrack]) {
    state.append(UInt32(assets.count))
    for asset in assets.values.sorted(by: { $0.used < $1.used }) {
      state.append(asset.key)
      state.append(UInt8(asset.activeSeverity.rawValue))
      state.append(UInt8(asset.shadowSeverity.rawValue))
      state.append(UInt8(tracks.count))
      for (index, track) in tracks.enumerated() {
        state.append(track.hash)
        state.appendSized {
          asset.extractors[index].encode(into: $0)
          asset.marks[index].encode(into: $0)
        }
      }
    }
  }

  /// Features that no version uses any more are left out, new ones begin empty.
  /// - Parameter streams: where the streams of the checkpoint are now; a device of one that is gone goes.
  init(from state: inout StateReader, _ tracks: [FeatureTrack], streams: [UInt32: UInt32], limit: Int) throws {
    self.limit = limit
    let count = Int(try state.integer(UInt32.self))
    guard count <= GovernanceLimits.assets else { throw StateReader.Damaged(description: "too many devices") }
    for _ in 0..<count {
      let key = try state.integer(UInt64.self)
      let stream = streams[UInt32(truncatingIfNeeded: key >> 32)]
      let asset = GovernedAsset(key: UInt64(stream ?? 0) << 32 | key & 0xFFFF_FFFF, tracks)
      asset.activeSeverity = try Self.severity(&state)
      asset.shadowSeverity = try Self.severity(&state)
      for _ in 0..<(try state.integer(UInt8.self)) {
        let hash = try state.integer(UInt64.self)
        var part = try state.sized()
        guard let place = tracks.firstIndex(where: { $0.hash == hash }) else { continue }
        asset.extractors[place] = try FeatureExtractor(from: &part, tracks[place].plan)
        // A checkpoint from before there were marks does not have them.
        if !part.isAtEnd { asset.marks[place] = try RowMarks(from: &part) }
      }
      guard stream != nil else { continue }
      uses += 1
      asset.used = uses
      assets[asset.key] = asset
    }
    if assets.count > limit { evict(assets.count - limit) }
  }

  init(limit: Int) {
    self.limit = limit
  }

  private static func severity(_ state: inout StateReader) throws -> GovernedSeverity {
    guard let severity = GovernedSeverity(rawValue: Int(try state.integer(UInt8.self))) else {
      throw StateReader.Damaged(description: "no severity")
    }
    return severity
  }
}
