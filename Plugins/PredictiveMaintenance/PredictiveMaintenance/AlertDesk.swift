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
  private let epoch: String
  /// Of the streams that are read, by number.
  private let streamNames: [String]
  /// The bound on all alerts together.
  var overall = AlertStorm.Gate()
  private var json = JSONWriter(reserving: 2048)

  init(stream: String, limits: AlertStorm.Limits, events: EventDesk, epoch: String, streamNames: [String]) {
    self.stream = stream
    self.limits = limits
    self.events = events
    self.epoch = epoch
    self.streamNames = streamNames
  }

  /// What is to be told now of an alarm that has changed or was held back; nil: nothing.
  func settle(
    _ transition: AlarmState.Transition?, _ alarm: inout AlarmState, component: String, of asset: AssetMonitor,
    _ moment: Moment, _ output: PluginOutput
  ) throws -> AlertBody.State? {
    switch transition {
    case .cleared?, .relearned?:
      guard alarm.isTold else { return nil }
      alarm.isTold = false
      return transition.map { AlertBody.State($0) }
    case .escalated? where alarm.isTold: return .escalated
    case .opened?, .escalated?, nil:
      guard alarm.isHeldBack else { return nil }
      guard mayOpen(asset, isCritical: alarm.severity == .critical, moment) else {
        if transition != nil { try holdBack(transition, alarm, component, asset, moment, output) }
        return nil
      }
      alarm.isTold = true
      return .opened
    }
  }

  private func mayOpen(_ asset: AssetMonitor, isCritical: Bool, _ moment: Moment) -> Bool {
    refill(asset, moment)
    guard asset.storm.admits(isCritical: isCritical), overall.admits(isCritical: isCritical) else { return false }
    asset.storm.take()
    overall.take()
    return true
  }

  private func refill(_ asset: AssetMonitor, _ moment: Moment) {
    asset.storm.refill(perHour: limits.perAssetPerHour, nowNs: moment.monotonicNs)
    overall.refill(perHour: limits.perHour, nowNs: moment.monotonicNs)
  }

  private func holdBack(
    _ transition: AlarmState.Transition?, _ alarm: AlarmState, _ component: String, _ asset: AssetMonitor,
    _ moment: Moment, _ output: PluginOutput
  ) throws {
    let isOfAsset = !asset.storm.admits(isCritical: alarm.severity == .critical)
    let held = AlertStorm.Held(
      alarm, asset: asset.name, component: component, stream: streamNames[Int(asset.stream)])
    if transition == .opened {
      output.count("alerts_held_back")
    } else if asset.storm.refused > 0 || overall.refused > 0 {
      // Counted when it opened, in the storm that goes on.
      if asset.storm.refused > 0 { asset.storm.note(held) }
      if overall.refused > 0 { overall.note(held) }
      return
    }
    guard isOfAsset ? asset.storm.refuse(held) : overall.refuse(held) else { return }
    output.count("alert_storms")
    let limit = isOfAsset ? limits.perAssetPerHour : limits.perHour
    try tellStorm("began", isOfAsset ? asset.name : "*", (1, held), limit, moment, output)
  }

  /// Tells the end of what has ended: also when nothing is left of what was held back, so that it has left a trace.
  func endStorms(_ asset: AssetMonitor, _ moment: Moment, _ output: PluginOutput) throws {
    guard asset.storm.refused > 0 || overall.refused > 0 else { return }
    refill(asset, moment)
    if asset.storm.isOver { try endStorm(of: asset, moment, output) }
    if overall.isOver { try tellStorm("ended", "*", overall.end(), limits.perHour, moment, output) }
  }

  /// Of an asset that is forgotten, or whose storm is over.
  func endStorm(of asset: AssetMonitor, _ moment: Moment, _ output: PluginOutput) throws {
    guard asset.storm.refused > 0 else { return }
    try tellStorm("ended", asset.name, asset.storm.end(), limits.perAssetPerHour, moment, output)
  }

  private func tellStorm(
    _ state: String, _ asset: String, _ storm: (refused: UInt32, worst: AlertStorm.Held?), _ limit: Int,
    _ moment: Moment, _ output: PluginOutput
  ) throws {
    try events.emit("alert-storm", asset: asset, eventTimeNs: moment.eventTimeNs, output) {
      $0.member("state", state)
      $0.member("held_back", storm.refused)
      $0.member("limit_per_hour", limit)
      guard let worst = storm.worst else { return }
      $0.member("severity", worst.severity == .critical ? "critical" : "warning")
      $0.member("component", worst.component)
      if asset == "*" { $0.member("of", worst.asset) }
      Lineage(epoch: epoch, stream: worst.stream, firstSequence: worst.first, lastSequence: worst.last)
        .writeInputs(into: &$0)
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
