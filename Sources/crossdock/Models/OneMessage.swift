#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import Engine
  import Logging
  import MQTTFeed
  import Platform
  import Records

  /// One message to a broker of agent.conf, with its user, password and certificates, under a client id of its own.
  struct OneMessage {
    private static let patienceMs: Int64 = 10_000

    private let settings: MQTTSettings

    init(_ connection: MQTTConnectionConfiguration, of configuration: AgentConfiguration) {
      var settings = ConnectionSettings.make(connection, of: configuration)
      settings.clientID = "crossdock-event-\(String(RandomBytes.word(), radix: 36))"
      settings.isTransient = true
      settings.sessionExpiryS = 0
      settings.statusTopic = nil
      settings.subscriptions = []
      self.settings = settings
    }

    /// Returns when the broker has confirmed it.
    /// - Throws: with exit code 69 when it does not in ten seconds.
    func publish(topic: String, payload: [UInt8]) throws(CrossdockError) {
      var log = Logger(label: "mqtt") { _ in SwiftLogNoOpLogHandler() }
      log.logLevel = .critical
      let start = Self.nowMs()
      let connection = try MQTTConnection(settings, log: log, nowMs: start)
      defer { connection.stop() }
      var number: Int32?
      var reason = "no answer"
      while Self.nowMs() - start < Self.patienceMs {
        connection.tick(nowMs: Self.nowMs())
        if number == nil { number = connection.publish(topic: topic, payload: payload) }
        guard number ?? 0 >= 0 else {
          throw CrossdockError(
            "publish", at: topic, reason: "the topic or the size is not MQTT's", exitCode: .wrongUsage)
        }
        if connection.wantsWrite { connection.write() }
        var polls = PollSet()
        if let fd = connection.socket { _ = polls.add(fd, wantsWrite: connection.wantsWrite) }
        polls.wait(timeoutMs: 20)
        connection.read { _ in true }
        for event in connection.takeEvents() {
          switch event {
          case .published(let done) where done == number: return
          case .lost(let why): (reason, number) = (why, nil)
          case .forgotten: number = nil
          case .connected, .published, .subscribed, .refusedSubscription: break
          }
        }
      }
      throw CrossdockError(
        "publish", at: settings.address, reason: "the broker has not confirmed it: \(reason)",
        hint: "crossdock doctor looks at the broker", isRetryable: true, exitCode: .unavailable)
    }

    private static func nowMs() -> Int64 { SystemClock.monotonicNs() / 1_000_000 }
  }
#endif
