import Fixtures
import Foundation
import Testing

@testable import Doctor

@Suite struct MosquittoChecksTests {
  private func findings(_ text: String, rate: Int = 100, overlap: Bool = false) -> [String: Finding] {
    let checks = MosquittoChecks(rate: rate, maxPayloadBytes: 256 << 10, hasOverlapWithoutIDs: overlap)
    let all = checks.run(MosquittoSettings(text: text))
    return Dictionary(uniqueKeysWithValues: all.map { (String($0.check.dropFirst("broker setting ".count)), $0) })
  }

  @Test func defaultsOfDebianAreWarnedOfInMessagesAndMinutes() {
    let found = findings("persistence true\npersistence_location /var/lib/mosquitto/\n")
    #expect(found["persistence"]?.state == .ok)
    #expect(found["autosave_interval"]?.state == .warning)
    #expect(found["autosave_interval"]?.text.contains("30 minutes of messages, 180000 at 100/s") == true)
    #expect(found["autosave_interval"]?.hint == "set autosave_interval 10")
    #expect(found["max_inflight_messages"]?.state == .warning)
    #expect(found["max_queued_messages"]?.text.contains("away for 10 s at 100/s") == true)
    #expect(found["max_queued_messages"]?.hint == "set max_queued_messages 60000")
    #expect(found["queue_qos0_messages"]?.state == .ok)
    #expect(found["persistent_client_expiration"]?.state == .ok)
  }

  @Test func snippetThatIsShippedGivesNoWarning() throws {
    let snippet = try Repository.text("etc/mosquitto-crossdock.conf")
    let found = findings(snippet)
    #expect(found.values.filter { $0.state != .ok } == [])
    #expect(found.count == 8)
  }

  @Test func everyRiskySettingIsNamed() {
    #expect(findings("")["persistence"]?.state == .warning)
    #expect(
      findings("persistence true\nautosave_interval 0")["autosave_interval"]?.text.contains("clean stop only") == true)
    let byChanges = findings("persistence true\nautosave_on_changes true\nautosave_interval 1")
    #expect(byChanges["autosave_interval"]?.state == .warning)
    #expect(byChanges["autosave_interval"]?.text.contains("up to 1 messages") == true)
    #expect(findings("max_queued_messages 0")["max_queued_messages"]?.state == .warning)
    #expect(findings("max_queued_bytes 1000000")["max_queued_bytes"]?.state == .warning)
    #expect(findings("persistent_client_expiration 12h")["persistent_client_expiration"]?.state == .warning)
    #expect(findings("persistent_client_expiration 2w")["persistent_client_expiration"]?.state == .ok)
    #expect(findings("queue_qos0_messages true")["queue_qos0_messages"]?.state == .warning)
    #expect(findings("max_packet_size 1000")["max_packet_size"]?.state == .warning)
    #expect(findings("", overlap: true)["allow_duplicate_messages"]?.state == .warning)
    #expect(findings("allow_duplicate_messages false", overlap: true)["allow_duplicate_messages"] == nil)
  }

  @Test func fileOfABrokerAtAnotherPortIsTold() {
    #expect(MosquittoSettings(text: "persistence true").listens(on: 1883))
    #expect(!MosquittoSettings(text: "persistence true").listens(on: 18831))
    let two = MosquittoSettings(text: "listener 18831 127.0.0.1\nlistener\t1884\n# listener 1885\n")
    #expect(two.listens(on: 18831) && two.listens(on: 1884))
    #expect(!two.listens(on: 1883) && !two.listens(on: 1885))
    #expect(MosquittoSettings(text: "port 1886").listens(on: 1886))
  }

  @Test func includedFolderIsReadInOrderAndTheLastValueCounts() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("doctor-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let included = folder.appendingPathComponent("conf.d")
    try FileManager.default.createDirectory(at: included, withIntermediateDirectories: true)
    func write(_ name: String, _ text: String) throws {
      try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    try write(
      "mosquitto.conf", "# a comment\npersistence\ttrue  \nmax_inflight_messages 20\ninclude_dir \(included.path)\n")
    try write("conf.d/b.conf", "max_inflight_messages 1000\n")
    try write("conf.d/a.conf", "max_inflight_messages 50\n")
    try write("conf.d/c.conf.off", "max_inflight_messages 7\n")
    let settings = try MosquittoSettings(path: folder.appendingPathComponent("mosquitto.conf").path)
    #expect(settings.flag("persistence", default: false))
    #expect(settings.integer("max_inflight_messages", default: 0) == 1000)
    #expect(settings.files.map { ($0 as NSString).lastPathComponent } == ["mosquitto.conf", "a.conf", "b.conf"])
  }
}
