/// What the settings of a mosquitto mean for the messages that it has acknowledged to devices and not yet handed to the
/// agent, in messages and in minutes at a rate.
package struct MosquittoChecks {
  /// Messages a second that are published to the agent's feeds.
  package var rate: Int
  /// The largest payload of any feed.
  package var maxPayloadBytes: Int
  /// Whether feeds of a connection with MQTT 3.1.1 overlap.
  package var hasOverlapWithoutIDs: Bool

  /// What a save of the broker's database may be behind before it counts as a warning.
  static let patientAutosaveS = 60
  /// How long the agent may be away (an update, a reboot) before messages are dropped.
  static let awayS = 600
  /// What mosquitto's queue entry takes beside topic and payload, about.
  static let bytesPerMessage = 300

  package init(rate: Int, maxPayloadBytes: Int, hasOverlapWithoutIDs: Bool) {
    self.rate = rate
    self.maxPayloadBytes = maxPayloadBytes
    self.hasOverlapWithoutIDs = hasOverlapWithoutIDs
  }

  package func run(_ settings: MosquittoSettings) -> [Finding] {
    var findings = [persistence(settings)]
    if settings.flag("persistence", default: false) { findings.append(autosave(settings)) }
    findings += [inFlight(settings), queue(settings), queueBytes(settings), expiry(settings), qos0(settings)]
    if let finding = packetSize(settings) { findings.append(finding) }
    if hasOverlapWithoutIDs, settings.flag("allow_duplicate_messages", default: true) {
      findings.append(
        finding(
          "allow_duplicate_messages", .warning,
          "true: a message that two overlapping feeds match comes twice, and MQTT 3.1.1 does not tell",
          hint: "set it to false, or use version = \"5\" for the connection"))
    }
    return findings
  }

  private func finding(_ name: String, _ state: Finding.State, _ text: String, hint: String = "") -> Finding {
    Finding("broker setting \(name)", state, text, hint: hint)
  }

  private func persistence(_ settings: MosquittoSettings) -> Finding {
    settings.flag("persistence", default: false)
      ? finding("persistence", .ok, "true: sessions and queues survive a restart of the broker")
      : finding(
        "persistence", .warning,
        "false: every restart of the broker loses the session and all that waits for the agent",
        hint: "set persistence true")
  }

  private func autosave(_ settings: MosquittoSettings) -> Finding {
    let interval = settings.integer("autosave_interval", default: 1800)
    if settings.flag("autosave_on_changes", default: false) {
      let text = "a kill or power cut of the broker loses up to \(max(1, interval)) messages that wait for the agent"
      return interval < 100
        ? finding(
          "autosave_interval", .warning, "\(interval), by changes: \(text), and each save writes all that waits",
          hint: "an interval in seconds (autosave_on_changes false, 60) costs far less; see docs/reliability.md")
        : finding("autosave_interval", .ok, "\(interval), by changes: \(text)")
    }
    guard interval > 0 else {
      return finding(
        "autosave_interval", .warning, "0: saved at a clean stop only; a kill or power cut loses all that waits",
        hint: "set autosave_interval \(Self.patientAutosaveS)")
    }
    let text = """
      \(interval) s: a kill or power cut of the broker while the agent is away loses up to \(minutes(interval)) of messages, \
      \(interval * rate) at \(rate)/s
      """
    return interval <= Self.patientAutosaveS
      ? finding("autosave_interval", .ok, text)
      : finding("autosave_interval", .warning, text, hint: "set autosave_interval \(Self.patientAutosaveS)")
  }

  private func inFlight(_ settings: MosquittoSettings) -> Finding {
    let limit = settings.integer("max_inflight_messages", default: 20)
    return limit == 0 || limit >= 100
      ? finding("max_inflight_messages", .ok, "\(limit == 0 ? "no bound" : "\(limit)"): what one commit can carry")
      : finding(
        "max_inflight_messages", .warning, "\(limit): the rate is capped at \(limit) messages a disk sync",
        hint: "set max_inflight_messages 1000")
  }

  private func queue(_ settings: MosquittoSettings) -> Finding {
    let limit = settings.integer("max_queued_messages", default: 1000)
    if limit == 0 {
      return finding(
        "max_queued_messages", .warning, "no bound: a long absence of the agent ends with the broker out of memory",
        hint: "set a bound: messages a second × the longest stop of the agent")
    }
    let seconds = limit / max(1, rate)
    let text = "\(limit): the agent may be away for \(minutes(seconds)) at \(rate)/s; the broker drops what comes after"
    return seconds >= Self.awayS
      ? finding("max_queued_messages", .ok, text)
      : finding("max_queued_messages", .warning, text, hint: "set max_queued_messages \(Self.awayS * rate)")
  }

  private func queueBytes(_ settings: MosquittoSettings) -> Finding {
    let limit = settings.integer("max_queued_bytes", default: 0)
    if limit == 0 { return finding("max_queued_bytes", .ok, "no bound beside max_queued_messages") }
    let seconds = limit / Self.bytesPerMessage / max(1, rate)
    let text = "\(limit): \(minutes(seconds)) of messages of \(Self.bytesPerMessage) bytes at \(rate)/s"
    return seconds >= Self.awayS
      ? finding("max_queued_bytes", .ok, text)
      : finding(
        "max_queued_bytes", .warning, text, hint: "set max_queued_bytes \(Self.awayS * rate * Self.bytesPerMessage)")
  }

  private func expiry(_ settings: MosquittoSettings) -> Finding {
    let name = "persistent_client_expiration"
    guard let seconds = settings.sessionExpiryS else {
      return finding(
        name, .ok, "never: the session waits for the agent, and so do those of clients that never come back")
    }
    return seconds >= 7 * 86_400
      ? finding(name, .ok, "\(settings[name] ?? ""): an agent that is away longer loses its session")
      : finding(
        name, .warning, "\(settings[name] ?? ""): an agent that is away longer loses its session and what waits in it",
        hint: "set persistent_client_expiration 30d")
  }

  private func qos0(_ settings: MosquittoSettings) -> Finding {
    settings.flag("queue_qos0_messages", default: false)
      ? finding(
        "queue_qos0_messages", .warning, "true: QoS 0 messages take the room of QoS 1 in the queue",
        hint: "set queue_qos0_messages false")
      : finding("queue_qos0_messages", .ok, "false: the queue is for QoS 1")
  }

  private func packetSize(_ settings: MosquittoSettings) -> Finding? {
    let limit = settings.integer("max_packet_size", default: 0)
    if limit == 0 { return nil }
    return limit >= maxPayloadBytes
      ? finding("max_packet_size", .ok, "\(limit): above the feeds' max_payload_bytes")
      : finding(
        "max_packet_size", .warning, "\(limit): below a feed's max_payload_bytes of \(maxPayloadBytes)",
        hint: "devices that send more are disconnected; raise it, or lower max_payload_bytes")
  }

  private func minutes(_ seconds: Int) -> String {
    seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) minutes" : "\(seconds / 3600) hours"
  }
}
