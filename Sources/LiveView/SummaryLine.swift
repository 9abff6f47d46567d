/// One line for logs and pipes, without escape sequences.
package enum SummaryLine {
  package static func text(_ status: LiveStatus) -> String {
    let rate = status.feeds.reduce(0) { $0 + $1.ratePerS }
    let lag = status.feeds.map(\.lagMs).max() ?? 0
    var parts = [
      "up \(Figures.duration(status.uptimeS))", "\(Figures.decimal(rate)) messages/s", "lag \(lag) ms",
      "journal \(Figures.count(status.journal.records)) rows \(Figures.bytes(status.journal.bytes))"
        + " of \(Figures.bytes(status.journal.maxBytes))",
    ]
    for uplink in status.uplinks {
      parts.append(
        "\(uplink.name) \(uplink.state.map { $0 == "_" ? " " : String($0) }.joined())"
          + " confirmed \(Figures.count(uplink.watermark)) of \(Figures.count(uplink.last))")
    }
    if let reason = status.journal.holdReason { parts.append("holding: \(reason)") }
    if let reason = status.journal.pauseReason { parts.append("paused: \(reason)") }
    return "\(status.agent): " + parts.joined(separator: ", ")
  }
}
