internal import SignalFeatures
internal import StateCoding

/// What a model remembers of one device.
final class GovernedAsset {
  let key: UInt64
  /// One for each track of the model.
  var extractors: [FeatureExtractor]
  var activeSeverity = GovernedSeverity.none
  var shadowSeverity = GovernedSeverity.none
  fileprivate(set) var used: UInt64 = 0

  init(key: UInt64, _ tracks: [FeatureTrack]) {
    self.key = key
    extractors = tracks.map { FeatureExtractor($0.plan) }
  }
}

/// The devices of a model, at most `GovernanceLimits.assets`: the one not heard from for longest makes room.
struct GovernedAssets {
  private var assets: [UInt64: GovernedAsset] = [:]
  private var uses: UInt64 = 0
  private(set) var evicted: UInt64 = 0
  private var latest: GovernedAsset?

  var count: Int { assets.count }

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
    if assets.count >= GovernanceLimits.assets,
      let oldest = assets.values.min(by: { ($0.used, $0.key) < ($1.used, $1.key) })
    {
      assets[oldest.key] = nil
      evicted += 1
    }
    assets[asset.key] = asset
    return asset
  }

  func reset(_ key: UInt64) {
    guard let asset = assets[key] else { return }
    for index in asset.extractors.indices { asset.extractors[index].reset() }
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
      for (track, extractor) in zip(tracks, asset.extractors) {
        state.append(track.hash)
        state.appendSized { extractor.encode(into: $0) }
      }
    }
  }

  /// Features that no version uses any more are left out, new ones begin empty.
  init(from state: inout StateReader, _ tracks: [FeatureTrack]) throws {
    let count = Int(try state.integer(UInt32.self))
    guard count <= GovernanceLimits.assets else { throw StateReader.Damaged(description: "too many devices") }
    for _ in 0..<count {
      let asset = GovernedAsset(key: try state.integer(), tracks)
      asset.activeSeverity = try Self.severity(&state)
      asset.shadowSeverity = try Self.severity(&state)
      for _ in 0..<(try state.integer(UInt8.self)) {
        let hash = try state.integer(UInt64.self)
        var part = try state.sized()
        guard let place = tracks.firstIndex(where: { $0.hash == hash }) else { continue }
        asset.extractors[place] = try FeatureExtractor(from: &part, tracks[place].plan)
      }
      uses += 1
      asset.used = uses
      assets[asset.key] = asset
    }
  }

  init() {}

  private static func severity(_ state: inout StateReader) throws -> GovernedSeverity {
    guard let severity = GovernedSeverity(rawValue: Int(try state.integer(UInt8.self))) else {
      throw StateReader.Damaged(description: "no severity")
    }
    return severity
  }
}
