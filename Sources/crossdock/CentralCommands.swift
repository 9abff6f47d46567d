// Commands that planning systems have posted to central for this agent (docs/sync-contract.md), as records of a stream.
//
// The agent asks; central never connects to a box. `GET /v1/agents/ID/commands?central=C&after=N` gives what has a number beyond N; C is the life of
// central's database, in which the numbers count. Commands, and how far they have been read, become durable in one transaction: each comes into
// the stream exactly once, whatever is killed or restarted on either side. Asking with N tells central that it can forget what came before.
import Configuration
import Engine
import HTTPClient
import JSONText
import Journal
import Logging
import Platform
import PluginRuntime
import Records
import Synchronization

final class CentralCommands: Sendable {
  private static let pauseMs = 5000
  private static let maxPauseMs = 60_000
  private static let maxAnswerBytes = 8 << 20

  private let uplink: UplinkConfiguration
  private let stream: String
  private let agent: String
  private let journalPath: String
  private let handle: EngineHandle
  private let log: Logger
  private let stopSignal = CommitSignal()
  private let client = Mutex<HTTPClient?>(nil)
  private let thread = Mutex<OwnedThread?>(nil)

  /// Nil when the uplink takes no commands.
  init?(_ uplink: UplinkConfiguration, agent: String, journalPath: String, handle: EngineHandle, log: Logger) {
    guard let stream = uplink.commands else { return nil }
    self.uplink = uplink
    self.stream = stream
    self.agent = agent
    self.journalPath = journalPath
    self.handle = handle
    var log = log
    log[metadataKey: "uplink"] = "\(uplink.name)"
    self.log = log
  }

  private var origin: String { "commands:\(uplink.name)" }
  private var isStopping: Bool { stopSignal.generation > 0 }

  func start() {
    thread.withLock { $0 = OwnedThread(name: "commands") { [self] in run() } }
  }

  func stop() {
    stopSignal.wakeAll()
    client.withLock { $0?.stop() }
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  // MARK: its thread

  private struct Position: Equatable {
    var central = ""
    var number = 0

    /// `CENTRAL NUMBER`
    init(_ state: [UInt8]?) {
      let words = String(decoding: state ?? [], as: UTF8.self).split(separator: " ")
      guard words.count == 2, let number = Int(words[1]) else { return }
      (central, self.number) = (String(words[0]), number)
    }

    var bytes: [UInt8] { Array("\(central) \(number)".utf8) }
  }

  private func run() {
    var position: Position?
    var pauseMs = Self.pauseMs
    while !isStopping {
      do throws(CrossdockError) {
        let known: Position
        if let position { known = position } else { known = try storedPosition() }
        let connection = try connection()
        let answer = try ask(connection, known)
        position = known
        if let answer {
          guard handle.store(answer.records, isStopping: { isStopping }) else { return }
          log.notice(
            "commands came from central",
            metadata: ["count": "\(answer.records.emitted.records.count)", "stream": "\(stream)"])
          position = answer.position
          continue
        }
        pauseMs = Self.pauseMs
      } catch {
        log.debug("central gives no commands now", metadata: ["reason": "\(error.reason)"])
        pauseMs = min(pauseMs * 2, Self.maxPauseMs)
      }
      _ = stopSignal.wait(past: 0, timeoutMs: pauseMs)
    }
  }

  private func storedPosition() throws(CrossdockError) -> Position {
    guard handle.isSettled(origin) else {
      throw CrossdockError("read the commands", at: origin, reason: "what came last is not durable yet")
    }
    return Position(try JournalReader(path: journalPath).checkpoint(of: origin)?.state)
  }

  private func connection() throws(CrossdockError) -> HTTPClient {
    if let kept = client.withLock({ $0 }) { return kept }
    var configuration = HTTPClientConfiguration(url: uplink.url)
    configuration.token = uplink.token?.reveal()
    configuration.caFile = uplink.tls.caFile
    configuration.certificateFile = uplink.tls.certFile
    configuration.keyFile = uplink.tls.keyFile
    configuration.readTimeoutMs = Int32(clamping: uplink.timeoutMs)
    configuration.maxBodyBytes = Self.maxAnswerBytes
    let made = try HTTPClient(configuration)
    client.withLock { $0 = made }
    // `stop` may have looked before it was there.
    if isStopping { made.stop() }
    return made
  }

  /// Nil: there is nothing new.
  private func ask(
    _ client: HTTPClient, _ position: Position
  ) throws(CrossdockError) -> (records: ForeignRecords, position: Position)? {
    let result = try client.get("/v1/agents/\(agent)/commands?central=\(position.central)&after=\(position.number)")
    func failure(_ reason: String) -> CrossdockError {
      CrossdockError("read the commands", at: uplink.url, reason: reason)
    }
    guard result.status == 200 else { throw failure("central answers \(result.status)") }
    guard let document = try? JSONValue.parse(result.body), let central = document["central"]?.string,
      !central.isEmpty, !central.contains(" "), let commands = document["commands"]?.array
    else { throw failure("the answer makes no sense") }
    var next = position
    if central != position.central { (next.central, next.number) = (central, 0) }
    var emitted = EmittedRecords()
    for entry in commands {
      guard let number = entry["number"]?.integer, number > next.number, let body = entry["body"]?.string,
        let timeNs = entry["time"]?.string.flatMap(Timestamp.parse)
      else { throw failure("a command has no number, or one that does not ascend") }
      guard emitted.append(eventTimeNs: timeNs, source: "central", body: body) else { break }
      next.number = number
    }
    guard !emitted.records.isEmpty else { return nil }
    return (ForeignRecords(origin: origin, stream: stream, emitted: emitted, position: next.bytes), next)
  }
}
