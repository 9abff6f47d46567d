internal import JSONText

/// Active version and shadow side by side, as evidence of an event. Everything but `time_us` follows from the records.
struct Comparison {
  var agreement: Agreement
  var classes: [String]
  var times: (active: EvaluationTimes, shadow: EvaluationTimes)
  var bytes: (active: Int, shadow: Int)
  var deadlineMisses: (active: UInt64, shadow: UInt64)

  func write(into json: inout JSONWriter) {
    json.member("evaluations", agreement.evaluations)
    json.member("agreed", agreement.agreed)
    json.member("agreement", agreement.rate)
    json.member("undefined", agreement.undefined)
    json.member("mean_difference", agreement.meanDifference)
    json.member("max_difference", agreement.largestDifference)
    if !classes.isEmpty {
      json.member(
        "confusion",
        array: { json in
          for (row, name) in classes.enumerated() {
            json.object { json in
              json.member("active", name)
              json.member(
                "shadow",
                object: {
                  for (column, other) in classes.enumerated() {
                    $0.member(other, agreement.confusion[row * classes.count + column])
                  }
                })
            }
          }
        })
    }
    json.member(
      "active", object: { side(agreement.activeAlerts, times.active, bytes.active, deadlineMisses.active, &$0) })
    json.member(
      "shadow", object: { side(agreement.shadowAlerts, times.shadow, bytes.shadow, deadlineMisses.shadow, &$0) })
  }

  private func side(
    _ alerts: Agreement.AlertCount, _ times: EvaluationTimes, _ bytes: Int, _ misses: UInt64, _ json: inout JSONWriter
  ) {
    json.member("warnings", alerts.warnings)
    json.member("criticals", alerts.criticals)
    json.member("bytes", bytes)
    json.member("deadline_misses", misses)
    json.member(
      "time_us",
      object: {
        guard let median = times.quantileUs(0.5), let high = times.quantileUs(0.99) else { return }
        $0.member("p50", median)
        $0.member("p99", high)
        $0.member("max", times.largestUs)
      })
  }
}
