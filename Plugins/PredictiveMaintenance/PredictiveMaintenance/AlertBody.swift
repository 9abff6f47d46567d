internal import ConditionMonitoring
internal import Glibc
internal import JSONText

/// One transition of an alert, as it is written into the alert stream (see README.md for the format).
struct AlertBody {
  /// A feature that the alert rests on.
  struct Evidence {
    var feature: String
    var value: Double
    var baseline: RobustBaseline
    var z: Double
  }

  var state: State
  var severity: AlarmState.Severity
  var asset: String
  var stream: String
  /// A column's name, or `waveform`.
  var component: String
  var alarm: AlarmState
  /// Nil when there is no current value: the source was forgotten.
  var score: Double?
  var evidence: [Evidence]
  var thresholds: AlarmState.Thresholds
  var direction: MonitorParameters.Direction
  var maintenance: String

  enum State {
    case opened
    case escalated
    case cleared(reason: String)

    init(_ transition: AlarmState.Transition) {
      switch transition {
      case .opened: self = .opened
      case .escalated: self = .escalated
      case .cleared: self = .cleared(reason: "recovered")
      case .relearned: self = .cleared(reason: "relearned")
      }
    }

    var name: String {
      switch self {
      case .opened: "opened"
      case .escalated: "escalated"
      case .cleared: "cleared"
      }
    }
  }

  func write(into json: inout JSONWriter) {
    json.removeAll()
    json.object { json in
      json.member("alert", "\(asset):\(stream).\(component):\(alarm.openedSequence)")
      json.member("state", state.name)
      if case .cleared(let reason) = state { json.member("reason", reason) }
      json.member("severity", severity == .critical ? "critical" : "warning")
      json.member("asset", asset)
      json.member("stream", stream)
      json.member("component", component)
      if let score {
        json.member("health", Self.rounded(AlarmState.health(score: score, thresholds)))
        json.member("score", Self.rounded(score))
      }
      json.member("evidence", array: { json in for item in evidence { write(item, into: &json) } })
      json.member(
        "inputs",
        object: {
          $0.member("stream", stream)
          $0.member("first", alarm.firstSequence)
          $0.member("last", alarm.lastSequence)
        })
      json.member(
        "model",
        object: {
          $0.member("name", MaintenanceModel.name)
          $0.member("version", MaintenanceModel.version)
          $0.member("features", WaveformFeatures.version)
          $0.member("features_hash", String(WaveformFeatures.specificationHash, radix: 16))
        })
      if !maintenance.isEmpty { json.member("maintenance", maintenance) }
    }
  }

  private func write(_ item: Evidence, into json: inout JSONWriter) {
    json.object { json in
      json.member("feature", item.feature)
      json.member("value", Self.rounded(item.value))
      json.member("baseline", Self.rounded(item.baseline.centre))
      json.member("scale", Self.rounded(item.baseline.scale))
      json.member("z", Self.rounded(item.z))
      json.member("threshold", severity == .critical ? thresholds.critical : thresholds.warning)
      json.member("direction", direction.rawValue)
    }
  }

  /// To six significant digits: sensors have no more, and the text stays short.
  static func rounded(_ number: Double) -> Double {
    guard number.isFinite, number.magnitude > 1e-200 else { return number.isFinite ? 0 : number }
    let digits = 5 - Int(log10(number.magnitude).rounded(.down))
    let power = pow(10, Double(digits.magnitude))
    return digits >= 0 ? (number * power).rounded() / power : (number / power).rounded() * power
  }
}
