internal import Glibc
package import Platform
internal import Records

/// A run of the world against a broker, in real time, until it is told to stop; then every acknowledgement is awaited and
/// the ledger written.
package final class Simulation {
  package struct Settings: Sendable {
    package var world = World.Settings()
    package var host = "127.0.0.1"
    package var port = 1883
    package var seconds: Double?
    package var ledgerPath: String?

    package init() {}
  }

  package struct Outcome: Sendable {
    package var published: UInt64
    package var unacknowledged: Int
    package var ledger: Ledger
  }

  private let settings: Settings
  private let publisher: Publisher
  private let world: World
  private let failure: FirstFailure

  /// Keeps the first error that a callback could not throw.
  private final class FirstFailure {
    var error: CrossdockError?
  }

  /// - Parameter run: makes the messages' ids unique; the start's wall time and random bits by default.
  package init(_ settings: Settings, run: String? = nil) throws {
    self.settings = settings
    let startNs = SystemClock().now().wallNs
    let run = run ?? String(UInt64(startNs / 1_000_000), radix: 36) + String(RandomBytes.word() & 0xFFFF, radix: 36)
    // The topics to listen to are known once the world is there, and the world publishes: a silent one tells them.
    let names = try World(Self.withoutRecordings(settings.world), run: run, startNs: startNs) { _, _ in }
    let publisher = try Publisher(
      Publisher.Settings(host: settings.host, port: settings.port, replyTopics: names.replyTopics))
    let failure = FirstFailure()
    world = try World(settings.world, run: run, startNs: startNs) { series, payload in
      do throws(CrossdockError) {
        try publisher.publish(series, payload)
      } catch {
        failure.error = failure.error ?? error
      }
    }
    self.publisher = publisher
    self.failure = failure
  }

  private static func withoutRecordings(_ settings: World.Settings) -> World.Settings {
    var settings = settings
    settings.recordings = nil
    settings.ratePerS = 0
    return settings
  }

  package var seriesCount: Int { world.output.series.count }
  package var connects: Int { publisher.connects }

  /// - Parameter signals: the first request to stop ends the production, the second the wait for acknowledgements.
  package func run(signals: SignalDescriptor) throws -> Outcome {
    try publisher.start()
    defer { publisher.stop() }
    let deadline = SystemClock.monotonicNs() + SimulatorLimits.connectTimeoutMs * 1_000_000
    guard publisher.wait(until: deadline, { $0.isConnected }) else {
      throw CrossdockError(
        "connect to the broker", at: "\(settings.host):\(settings.port)",
        reason: "no connection within \(SimulatorLimits.connectTimeoutMs / 1000) s", hint: "is the broker running?",
        isRetryable: true, exitCode: .unavailable)
    }
    try produce(until: signals)
    let drained = SystemClock.monotonicNs() + SimulatorLimits.drainTimeoutMs * 1_000_000
    _ = publisher.wait(until: drained) { $0.unacknowledged == 0 || signals.take() == .stop }
    let outcome = Outcome(
      published: world.output.series.reduce(0) { $0 + $1.last }, unacknowledged: publisher.unacknowledged,
      ledger: ledger())
    if let path = settings.ledgerPath { try outcome.ledger.write(to: path) }
    return outcome
  }

  private func produce(until signals: SignalDescriptor) throws {
    let startNs = SystemClock.monotonicNs()
    let endNs = settings.seconds.map { $0.secondsNs } ?? .max
    let wake = publisher.wakeDescriptor
    var polls = PollSet()
    while true {
      let now = min(SystemClock.monotonicNs() - startNs, endNs)
      for reply in publisher.takeReplies() { world.receive(topic: reply.topic, payload: reply.payload, nowNs: now) }
      world.advance(to: now) { publisher.hasRoom && failure.error == nil }
      if let error = failure.error { throw error }
      guard now < endNs else { return }
      // Behind time means that there is no room, and then the descriptor wakes.
      let waitNs = world.nextNs > now ? min(world.nextNs, endNs) - now : 1_000_000_000
      polls.removeAll()
      let stop = polls.add(signals.fd)
      polls.add(wake.fd)
      polls.wait(timeoutMs: Int32(min(1000, (waitNs + 999_999) / 1_000_000)))
      wake.clear()
      if polls.isReadable(stop), signals.take() == .stop { return }
    }
  }

  private func ledger() -> Ledger {
    Ledger(
      entries: world.output.series.map {
        Ledger.Entry(stream: $0.stream, source: $0.source, last: publisher.acknowledged(through: $0))
      })
  }
}
