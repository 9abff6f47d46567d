internal import ConditionMonitoring
internal import JSONText

/// One transition of an alert, as it is written into the alert stream (see README.md for the format).
struct AlertBody {
  var state: State
  var severity: AlarmState.Severity
  var asset: String
  /// A column's name, what the waveform belongs to, or what a model judges.
  var component: String
  var alarm: AlarmState
  /// Nil when there is no current value: the source was forgotten, or something was done to the machine.
  var score: Double?
  var health: Double?
  var faults: [Fault]
  var remainingLife: RemainingLifeBody
  var evidence: [AlertEvidence]
  /// Of the input values that the alert rests on.
  var range: (least: Double, greatest: Double)?
  var lineage: Lineage
  var model: ModelIdentity
  var maintenance: String

  /// What it may be.
  struct Fault {
    var type: String
    var probability: Double
  }

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

  private var isCleared: Bool {
    if case .cleared = state { true } else { false }
  }

  func write(into json: inout JSONWriter) {
    json.removeAll()
    json.object { json in
      json.member("alert", "\(asset):\(lineage.stream).\(component):\(alarm.openedSequence)")
      json.member("state", state.name)
      if case .cleared(let reason) = state { json.member("reason", reason) }
      json.member("severity", severity == .critical ? "critical" : "warning")
      json.member("asset", asset)
      json.member("stream", lineage.stream)
      json.member("component", component)
      // What has recovered is not any of them any more.
      json.member("fault", array: { json in for fault in isCleared ? [] : faults { write(fault, into: &json) } })
      if let health { json.member("health", Rounding.sixDigits(health)) }
      if let score { json.member("score", Rounding.sixDigits(score)) }
      // What has recovered is not on its way to a failure, whatever the last records before it had said.
      (isCleared ? .notYet : remainingLife).write(into: &json)
      json.member("evidence", array: { json in for item in evidence { item.write(into: &json) } })
      if let range {
        json.member(
          "range",
          object: {
            $0.member("least", Rounding.sixDigits(range.least))
            $0.member("greatest", Rounding.sixDigits(range.greatest))
          })
      }
      lineage.writeInputs(into: &json)
      model.write(into: &json)
      if !maintenance.isEmpty { json.member("maintenance", maintenance) }
    }
  }

  private func write(_ fault: Fault, into json: inout JSONWriter) {
    json.object { json in
      json.member("type", fault.type)
      json.member("probability", Rounding.sixDigits(fault.probability))
    }
  }
}

/// How long it will last: of a degradation model or of a bundle's.
enum RemainingLifeBody: Equatable {
  case notYet
  /// - Parameter unit: `s`, `cycles` …: goes into the members' names.
  case estimate(median: Double, lower: Double, upper: Double, coverage: Double, unit: String, isUpperBounded: Bool)

  func write(into json: inout JSONWriter) {
    guard case .estimate(let median, let lower, let upper, let coverage, let unit, let isUpperBounded) = self else {
      json.member("rul", "not yet")
      return
    }
    let suffix = unit.isEmpty ? "" : "_\(unit)"
    json.member(
      "rul",
      object: {
        $0.member("median\(suffix)", Rounding.sixDigits(median))
        $0.member("lower\(suffix)", Rounding.sixDigits(lower))
        if isUpperBounded { $0.member("upper\(suffix)", Rounding.sixDigits(upper)) }
        $0.member("coverage", coverage)
      })
  }
}
