import CMosquitto
import Foundation
import JSONText
import Platform
import Records
import Synchronization
import Testing

@testable import Simulator

/// Everything that a subscriber with a session got: numbers by `<source>/<stream>`.
private final class Collector: Sendable {
  var count: Int { numbers.withLock { $0.values.reduce(0) { $0 + $1.count } } }
  let numbers = Mutex<[String: Set<Int>]>([:])
  let subscribed = Mutex(false)
}

/// `@unchecked Sendable` because only the thread that runs it touches the simulation until it has ended.
private final class OneRun: @unchecked Sendable {
  let simulation: Simulation
  let outcome = Mutex<Result<Simulation.Outcome, any Error>?>(nil)

  init(_ simulation: Simulation) {
    self.simulation = simulation
  }

  func run() {
    let result = Result { try simulation.run(signals: SignalDescriptor()) }
    outcome.withLock { $0 = result }
  }
}

@Suite(.enabled(if: PrivateBroker.program != nil, "skipped: there is no mosquitto")) struct BrokerRestartTests {
  private func subscribe(_ collector: Collector, port: Int) throws -> OpaquePointer {
    mosquitto_lib_init()
    let client = try #require(mosquitto_new("collector", false, Unmanaged.passUnretained(collector).toOpaque()))
    mosquitto_connect_callback_set(client) { client, _, _ in _ = mosquitto_subscribe(client, nil, "#", 1) }
    mosquitto_subscribe_callback_set(client) { _, user, _, _, _ in
      Unmanaged<Collector>.fromOpaque(user!).takeUnretainedValue().subscribed.withLock { $0 = true }
    }
    mosquitto_message_callback_set(client) { _, user, message in
      let collector = Unmanaged<Collector>.fromOpaque(user!).takeUnretainedValue()
      let message = message!.pointee
      let payload = Array(UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen)))
      guard let document = try? JSONValue.parse(payload), let number = document["n"]?.integer,
        let id = document["id"]?.string, let slash = id.lastIndex(of: "/")
      else { return }
      collector.numbers.withLock { _ = $0[String(id[..<slash]), default: []].insert(number) }
    }
    mosquitto_reconnect_delay_set(client, 1, 1, false)
    mosquitto_connect_async(client, "127.0.0.1", Int32(port), 15)
    mosquitto_loop_start(client)
    return client
  }

  /// On a thread of its own: the signals that it blocks must not be blocked in a broker that a test starts later.
  private func runAlone(_ simulation: Simulation) throws -> Simulation.Outcome {
    let run = OneRun(simulation)
    OwnedThread(name: "simulation") { run.run() }.join()
    return try run.outcome.withLock { $0! }.get()
  }

  private func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Date() + 120
    while !condition() {
      if Date() > deadline { return false }
      usleep(20_000)
    }
    return true
  }

  @Test func everyNumberArrivesWhenTheBrokerIsRestarted() throws {
    let broker = try PrivateBroker()
    let collector = Collector()
    let client = try subscribe(collector, port: broker.port)
    defer {
      mosquitto_loop_stop(client, true)
      mosquitto_destroy(client)
      withExtendedLifetime(collector) {}
    }
    #expect(eventually { collector.subscribed.withLock { $0 } })
    var settings = Simulation.Settings()
    settings.port = broker.port
    settings.seconds = 6
    settings.world.ratePerS = 1_000
    settings.ledgerPath = broker.folder.appendingPathComponent("ledger.ndjson").path
    let simulation = try Simulation(settings)
    let restarts = OwnedThread(name: "restarts") {
      for count in [500, 1_500] {
        guard self.eventually({ collector.count >= count }) else { return }
        broker.stop()
        _ = try? broker.start()
      }
    }
    let outcome = try runAlone(simulation)
    restarts.join()
    // On a busy machine the second restart may come when nothing is published any more.
    #expect((2...3).contains(simulation.connects))
    #expect(outcome.unacknowledged == 0)
    #expect(outcome.published > 2_000)
    let ledger = try Ledger.read(settings.ledgerPath!)
    #expect(ledger.messageCount == outcome.published)
    for entry in ledger.entries {
      let key = "\(entry.source)/\(entry.stream)"
      let all = Set(1...Int(entry.last))
      #expect(eventually { collector.numbers.withLock { $0[key] == all } }, "\(key): 1...\(entry.last)")
    }
  }

  @Test func missingBrokerIsSaidWithItsAddress() throws {
    var settings = Simulation.Settings()
    // Nothing listens there: the port of a broker that has just ended.
    let broker = try PrivateBroker()
    settings.port = broker.port
    broker.stop()
    let error = #expect(throws: CrossdockError.self) { _ = try runAlone(Simulation(settings)) }
    #expect(error?.place == "127.0.0.1:\(broker.port)")
    #expect(error?.exitCode == .unavailable)
  }

  @Test func acknowledgementsStopAtTheFirstHole() {
    var acknowledgements = Acknowledgements()
    for number in [1, 2, 4, 5] as [UInt64] { acknowledgements.note(series: 3, number: number) }
    #expect(acknowledgements.through(series: 3) == 2)
    acknowledgements.note(series: 3, number: 3)
    #expect(acknowledgements.through(series: 3) == 5)
    #expect(acknowledgements.through(series: 0) == 0)
  }
}
