internal import ConditionMonitoring
internal import CrossdockPlugin
internal import JSONText

/// Decides what of an alarm is told, and tells it. Whatever detectors a component has, it has one alarm, so one alert at a time.
final class AlertDesk {
  /// The times of the record that is worked on.
  struct Moment {
    var eventTimeNs: Int64
    var monotonicNs: Int64
  }

  private let stream: String
  private let limits: AlertStorm.Limits
  private let events: EventDesk
  /// The bound on all alerts together.
  var overall = AlertStorm.Bucket()
  private var json = JSONWriter(reserving: 2048)

  init(stream: String, limits: AlertStorm.Limits, events: EventDesk) {
    self.stream = stream
    self.limits = limits
    self.events = events
  }

  /// What is to be told now of an alarm that has changed or was held back; nil: nothing.
  func settle(
    _ transition: AlarmState.Transition?, _ alarm: inout AlarmState, of asset: AssetMonitor, _ moment: Moment,
    _ output: PluginOutput
  ) throws -> AlertBody.State? {
    switch transition {
    case .cleared?, .relearned?:
      guard alarm.isTold else { return nil }
      alarm.isTold = false
      return transition.map { AlertBody.State($0) }
    case .escalated? where alarm.isTold: return .escalated
    case .opened?, .escalated?, nil:
      guard alarm.isHeldBack, try mayOpen(asset, isNew: transition == .opened, moment, output) else { return nil }
      alarm.isTold = true
      return .opened
    }
  }

  private func mayOpen(
    _ asset: AssetMonitor, isNew: Bool, _ moment: Moment, _ output: PluginOutput
  ) throws -> Bool {
    asset.storm.refill(perHour: limits.perAssetPerHour, nowNs: moment.monotonicNs)
    overall.refill(perHour: limits.perHour, nowNs: moment.monotonicNs)
    guard asset.storm.hasToken, overall.hasToken else {
      if isNew { try holdBack(asset, moment, output) }
      return false
    }
    let ofAsset = asset.storm.take()
    let ofAll = overall.take()
    if ofAsset > 0 { try tellStorm("ended", asset.name, heldBack: ofAsset, limits.perAssetPerHour, moment, output) }
    if ofAll > 0 { try tellStorm("ended", "*", heldBack: ofAll, limits.perHour, moment, output) }
    return true
  }

  private func holdBack(_ asset: AssetMonitor, _ moment: Moment, _ output: PluginOutput) throws {
    output.count("alerts_held_back")
    if !asset.storm.hasToken {
      guard asset.storm.refuse() else { return }
      output.count("alert_storms")
      try tellStorm("began", asset.name, heldBack: 1, limits.perAssetPerHour, moment, output)
    } else if overall.refuse() {
      output.count("alert_storms")
      try tellStorm("began", "*", heldBack: 1, limits.perHour, moment, output)
    }
  }

  private func tellStorm(
    _ state: String, _ asset: String, heldBack: UInt32, _ limit: Int, _ moment: Moment, _ output: PluginOutput
  ) throws {
    try events.emit("alert-storm", asset: asset, eventTimeNs: moment.eventTimeNs, output) {
      $0.member("state", state)
      $0.member("held_back", heldBack)
      $0.member("limit_per_hour", limit)
    }
  }

  func tell(_ alert: AlertBody, _ moment: Moment, _ output: PluginOutput) throws {
    switch alert.state {
    case .opened: output.count("alerts_opened")
    case .escalated: output.count("alerts_escalated")
    case .cleared: output.count("alerts_cleared")
    }
    alert.write(into: &json)
    try output.emit(stream: stream, source: alert.asset, eventTimeNs: moment.eventTimeNs, body: json.bytes)
  }
}
