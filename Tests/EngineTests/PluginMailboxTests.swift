import Configuration
import Foundation
import Journal
import Logging
import Platform
import Records
import Testing

@testable import Engine

/// What plugins' threads hand to the writer.
@Suite struct PluginMailboxTests {
  private func result(_ plugin: String, at arrival: Int64, setAside bytes: Int = 0) -> PluginResult {
    var result = PluginResult(plugin: plugin, version: "1.0.0", position: .at(arrival))
    guard bytes > 0 else { return result }
    result.setAside = [
      PluginResult.SetAside(
        stream: "t",
        record: StoredRecord(
          sequence: 1, source: "s", eventTimeNs: 0, ingestTimeNs: 0, monotonicNs: 0, boot: 0, flags: [],
          body: Array(repeating: 7, count: bytes)), reason: "test")
    ]
    return result
  }

  @Test func resultIsDoneWhenTheTransactionThatTookItIsDurable() {
    let mailbox = PluginMailbox(onPost: {})
    let ticket = mailbox.post(result("a", at: 1), from: "a")
    mailbox.didCommit()
    #expect(!mailbox.isCommitted(ticket, from: "a"))
    mailbox.take { _ in true }
    #expect(!mailbox.isCommitted(ticket, from: "a"))
    mailbox.didCommit()
    #expect(mailbox.isCommitted(ticket, from: "a"))
  }

  @Test func newerPositionReplacesOneThatWasNotTakenAndKeepsItsCheckpoints() {
    let mailbox = PluginMailbox(onPost: {})
    var first = result("a", at: 1)
    first.checkpoints = [JournalTransaction.Checkpoint(model: "a", version: "1.0.0", state: [1], arrival: 1)]
    _ = mailbox.post(first, from: "a")
    _ = mailbox.post(result("a", at: 2), from: "a")
    var taken: [PluginResult] = []
    mailbox.take {
      taken.append($0)
      return true
    }
    #expect(taken.map(\.position) == [.at(2)])
    #expect(taken.first?.checkpoints.map(\.state) == [[1]])
  }

  /// The engine holds while a plugin is configured anew: its next thread must not begin where the journal still has it.
  @Test func pluginIsNotSettledWhileSomethingOfItWasTakenAndIsNotDurable() {
    let mailbox = PluginMailbox(onPost: {})
    _ = mailbox.post(result("a", at: 1, setAside: 10), from: "a")
    mailbox.take { _ in true }
    mailbox.forget("a")
    #expect(!mailbox.isSettled("a"))
    mailbox.didCommit()
    #expect(mailbox.isSettled("a"))
    let ticket = mailbox.post(result("a", at: 2), from: "a")
    mailbox.forget("a")
    #expect(mailbox.isSettled("a"))
    mailbox.take { _ in
      Issue.record("what an ended thread left is taken")
      return true
    }
    #expect(!mailbox.isCommitted(ticket, from: "a"))
  }

  /// However much else comes: what does not fit beside it makes the transaction due, and the next one begins with it.
  @Test func resultLargerThanATransactionWithOtherRecordsMakesThatOneDueAndIsTakenNext() throws {
    let folder = NSTemporaryDirectory() + "crossdock-mailbox-\(UUID().uuidString)"
    try Files.createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let configuration = try smallConfiguration(folder: folder, feed: "topic = \"t\"\ndecoder = \"raw\"")
    let setup = EngineSetup(configuration: configuration, log: .init(label: "test"))
    let now = SystemClock().now()
    let pipeline = try setup.makePipeline(try setup.openJournal(now: now, boot: BootID.current()), now: now)
    let large = result("a", at: 1, setAside: pipeline.maxBytes)
    pipeline.appendOwn(Array("{}".utf8), stream: 0, now: now)
    #expect(!pipeline.isUrgent)
    #expect(!pipeline.append(large, now: now))
    #expect(pipeline.isUrgent)
    pipeline.clear()
    #expect(pipeline.append(large, now: now))
  }
}
