import Configuration
import Foundation
import Journal
import Logging
import Records
import Testing

@testable import Engine

/// What an uplink could not deliver, on its way through the writer.
@Suite struct SetAsideTests {
  /// The uplink waits for it, and in a quiet journal nothing else is ever committed.
  @Test func everyoneIsToldOfALetterThatIsCommittedAlone() throws {
    let folder = NSTemporaryDirectory() + "crossdock-set-aside-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var letters = [
      (
        tombstone: Tombstone(stream: "t", first: 7, last: 7, count: 1, reason: "set aside: uplink u was answered 400"),
        cursor: CursorUpdate(name: "uplink:u:set-aside", stream: "t", sequence: 7)
      )
    ]
    var now = ClockReading(wallNs: 1_790_000_000_000_000_000, monotonicNs: 1_000_000_000, isSynchronised: true)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let handle = EngineHandle()
    let engine = try Engine(
      try smallConfiguration(folder: folder, feed: "topic = \"t\"\ndecoder = \"raw\""), plugins: [:], options: [],
      handle: handle, now: now, boot: "boot", log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      callbacks: Engine.Callbacks(
        reload: {},
        setAside: {
          defer { letters = [] }
          return letters
        })
    ) { settings in settings.map { ScriptedConnection($0, nowMs: now.monotonicMs) } }
    let before = handle.commits.generation
    for _ in 0..<3 {
      now.monotonicNs += 1_000_000_000
      engine.turn(now: now) { _ in false }
    }
    let reader = try JournalReader(path: "\(folder)/journal.db")
    #expect(try reader.cursor(named: "uplink:u:set-aside", stream: "t") == 7)
    #expect(handle.commits.generation > before)
  }
}
