internal import ColdChain

/// The bodies of what is emitted; README.md explains their members.
struct AlertTelling {
  var options: ColdChainOptions
  var at: Int64
  var sequence: UInt64

  func limit(
    _ limit: Limit, _ state: String, _ excursion: Excursion, _ box: WatchedBox, reason: String?
  ) -> [UInt8] {
    let kind = limit == .kinetic ? "mean-kinetic-temperature" : limit.rawValue
    var body = head(kind, excursion.firstSequence, state, box, reason)
    let rule = rule(limit)
    body.add("severity", "critical")
    body.add("temperature_c", box.monitor.last)
    body.add("limit_c", rule.limit)
    body.add("worst_c", excursion.extreme)
    body.add("since", timeNs: excursion.sinceNs)
    body.add("duration_s", Double(excursion.durationNs) * 1e-9)
    body.add("mkt_c", box.monitor.kinetic.celsius)
    return inputs(body, from: excursion.firstSequence)
  }

  func silence(_ state: String, _ box: WatchedBox, reason: String?) -> [UInt8] {
    var body = head("silent", box.silentSince ?? 0, state, box, reason)
    body.add("severity", "warning")
    body.add("since", timeNs: box.heardAtNs)
    return body.text
  }

  /// Over when it is told: it has no other state.
  func gap(_ from: Int64, _ to: Int64, _ box: WatchedBox) -> [UInt8] {
    var body = head("gap", sequence, "noted", box, nil)
    body.add("severity", "warning")
    body.add("since", timeNs: from)
    body.add("until", timeNs: to)
    body.add("duration_s", Double(to - from) * 1e-9)
    return body.text
  }

  func summary(_ summary: BoxSummary, _ box: WatchedBox) -> [UInt8] {
    var body = JSONBody()
    body.add("asset", box.source)
    body.add("stream", box.stream)
    body.add("from", timeNs: summary.fromNs ?? 0)
    body.add("to", timeNs: summary.toNs)
    body.add("samples", summary.samples)
    body.add("bad_samples", summary.bad)
    body.add("gaps", summary.gaps)
    body.add("known_s", Double(summary.heldNs) * 1e-9)
    body.add("mean_c", summary.mean)
    if summary.samples > 0 {
      body.add("min_c", summary.least)
      body.add("max_c", summary.greatest)
    }
    body.add("mkt_c", box.monitor.kinetic.celsius)
    body.add("mkt_known_h", Double(box.monitor.kinetic.heldNs) / 3.6e12)
    return body.text
  }

  private func rule(_ limit: Limit) -> ExcursionRule {
    switch limit {
    case .high: options.rules.high
    case .low: options.rules.low
    case .kinetic: options.rules.kinetic
    }
  }

  private func head(_ kind: String, _ first: UInt64, _ state: String, _ box: WatchedBox, _ reason: String?) -> JSONBody
  {
    var body = JSONBody()
    body.add("alert", "\(box.source):\(box.stream):\(kind):\(first)")
    body.add("kind", kind)
    body.add("state", state)
    if let reason { body.add("reason", reason) }
    body.add("asset", box.source)
    body.add("stream", box.stream)
    return body
  }

  private func inputs(_ body: JSONBody, from first: UInt64) -> [UInt8] {
    var body = body
    body.add("first_sequence", first)
    body.add("last_sequence", sequence)
    return body.text
  }
}
