internal import ConditionMonitoring

/// All assets, at most `maxSignals` signals of them; the least recently used one makes room.
///
/// Invariant: the list from `newest` to `oldest` holds each asset of the dictionary once; `signalCount` is their sum.
final class AssetRegistry {
  let maxSignals: Int
  private(set) var signalCount = 0
  private var assets: [UInt64: AssetMonitor] = [:]
  unowned(unsafe) private var newest: AssetMonitor?
  unowned(unsafe) private var oldest: AssetMonitor?

  init(maxSignals: Int) {
    self.maxSignals = maxSignals
  }

  var assetCount: Int { assets.count }

  /// The asset with monitors for what its record carries, now the most recently used.
  /// - Parameters:
  ///   - name: of the source, asked for when it is new.
  ///   - scalars: columns of the stream, or 0 when the record has none.
  ///   - forget: told of each asset that has to go.
  /// - Returns: nil when this asset alone has more than `maxSignals` signals.
  func asset(
    stream: UInt16, source: UInt32, name: @autoclosure () -> String, scalars: Int, waveform: Bool,
    forget: (AssetMonitor) throws -> Void
  ) rethrows -> AssetMonitor? {
    let key = AssetMonitor.key(stream: stream, source: source)
    if let newest, newest.key == key, lacking(newest, scalars, waveform) == 0 { return newest }
    let known = assets[key]
    let asset = known ?? AssetMonitor(stream: stream, source: source, name: name())
    let lacking = lacking(asset, scalars, waveform)
    guard asset.signalCount + lacking <= maxSignals else { return nil }
    if known == nil { assets[key] = asset } else { unlink(asset) }
    link(asset)
    guard lacking > 0 else { return asset }
    while signalCount + lacking > maxSignals, let last = oldest, last !== asset {
      try forget(last)
      remove(last)
    }
    if scalars > 0, asset.scalars.isEmpty { asset.scalars = Array(repeating: SignalMonitor(), count: scalars) }
    if waveform, asset.waveform == nil {
      asset.waveform = WaveformMonitor()
      asset.wear = WaveformWear()
    }
    signalCount += lacking
    return asset
  }

  /// An asset that is there, without counting as a use.
  func known(stream: UInt16, source: UInt32) -> AssetMonitor? {
    let key = AssetMonitor.key(stream: stream, source: source)
    if let newest, newest.key == key { return newest }
    return assets[key]
  }

  private func lacking(_ asset: AssetMonitor, _ scalars: Int, _ waveform: Bool) -> Int {
    (scalars > 0 && asset.scalars.isEmpty ? scalars : 0)
      + (waveform && asset.waveform == nil ? WaveformMonitor.featureCount : 0)
  }

  /// Adds an asset of a checkpoint as the most recently used one.
  /// - Returns: false when the asset is there already.
  func insert(_ asset: AssetMonitor) -> Bool {
    guard assets.updateValue(asset, forKey: asset.key) == nil else { return false }
    link(asset)
    signalCount += asset.signalCount
    return true
  }

  /// From the least recently used one on.
  func forEach(_ body: (AssetMonitor) throws -> Void) rethrows {
    var next = oldest
    while let asset = next {
      try body(asset)
      next = asset.newer
    }
  }

  private func remove(_ asset: AssetMonitor) {
    signalCount -= asset.signalCount
    unlink(asset)
    assets[asset.key] = nil
  }

  private func link(_ asset: AssetMonitor) {
    asset.older = newest
    asset.newer = nil
    if let newest { newest.newer = asset } else { oldest = asset }
    newest = asset
  }

  private func unlink(_ asset: AssetMonitor) {
    if let newer = asset.newer { newer.older = asset.older } else { newest = asset.older }
    if let older = asset.older { older.newer = asset.newer } else { oldest = asset.newer }
  }
}
