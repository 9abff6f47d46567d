import Foundation
import Testing

/// Decoders, uplinks and feeds beside a real agent: what each role promises, over kills of the plugin and of the agent.
@Suite(.serialized) struct PluginRoleTests {
  // MARK: decoders

  private static let decoder = """
    static int32_t process(void *instance, const crossdock_batch *b) {
      struct state *s = instance;
      for (uint32_t i = 0; i < b->selection_count; i++) {
        uint32_t r = b->selection[i]; long n = number(b, r);
        if (n % 10 == 0) s->host->reject(s->host->context, r, text("a multiple of ten"));
        else if (say(s, n, b->event_time_ns[r]) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
      }
      return CROSSDOCK_OK;
    }
    """

  @Test(arguments: ["isolated", "in-process"])
  func whatADecoderRejectsIsInTheQuarantineAndTheRestDecodedOnceAndInOrder(run: String) throws {
    let fixture = try RoleFixture(role: "decoder", process: Self.decoder, instance: "run = \"\(run)\"")
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    for round in 0..<3 {
      publisher.publish(500)
      if round == 0, run == "isolated" { fixture.killPlugin() }
      if round == 1 {
        fixture.agent.stopAgent(signal: SIGKILL)
        try fixture.startAgent()
      }
    }
    // The last one is rejected, perhaps in a batch of its own.
    #expect(waitUntil("all is decoded") { fixture.last("said") >= 1350 && fixture.last("_quarantine") >= 150 })
    #expect(try fixture.said() == (1...1500).filter { $0 % 10 != 0 }, "\(fixture.agent.agent?.log ?? "")")
    let aside = try fixture.bodies("_quarantine")
    #expect(aside.count == 150)
    #expect(aside.allSatisfy { $0["reason"] as? String == "a multiple of ten" && $0["plugin"] as? String == "role" })
    let sequences = aside.compactMap { ($0["sequence"] as? NSNumber)?.intValue }
    #expect(sequences == Array(stride(from: 10, through: 1500, by: 10)))
    let first = try #require(aside.first?["payload_base64"] as? String)
    let payload = try #require(Data(base64Encoded: first))
    #expect(String(decoding: payload, as: UTF8.self).contains("\"n\":10"))
  }

  // MARK: uplinks

  private static let uplink = """
    static int32_t process(void *instance, const crossdock_batch *b) {
      struct state *s = instance; char path[600];
      snprintf(path, sizeof path, "%s/blocked", s->folder);
      FILE *blocked = fopen(path, "r");
      if (blocked) { fclose(blocked); s->host->log(s->host->context, 4, text("nobody is there")); return CROSSDOCK_RETRY; }
      snprintf(path, sizeof path, "%s/out", s->folder);
      FILE *f = fopen(path, "a"); if (!f) return CROSSDOCK_FAILED;
      static char whole[1 << 20]; setvbuf(f, whole, _IOFBF, sizeof whole); // one write a batch: a kill tears no line
      for (uint32_t i = 0; i < b->selection_count; i++) fprintf(f, "%ld\\n", number(b, b->selection[i]));
      fclose(f);
      return CROSSDOCK_OK;
    }
    """

  /// Each number, in order, at least once: a repetition begins at most one batch back.
  private func firstWrong(_ sent: [Int], _ count: Int) -> String? {
    var through = 0
    for number in sent {
      if number > through + 1 { return "\(number) after \(through)" }
      through = max(through, number)
    }
    return through == count ? nil : "up to \(through) of \(count)"
  }

  private func sent(_ fixture: RoleFixture) -> [Int] {
    let text = (try? String(contentsOfFile: fixture.dataFolder + "/out", encoding: .utf8)) ?? ""
    // A line that is still being written is none yet.
    let whole = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
    return whole.split(separator: "\n").compactMap { Int($0) }
  }

  @Test func uplinkThatAsksForARetryFailsNothingLosesNothingAndSaysWhyItWaits() throws {
    let fixture = try RoleFixture(role: "uplink", process: Self.uplink)
    try fixture.startAgent()
    #expect(waitUntil("its folder") { FileManager.default.fileExists(atPath: fixture.dataFolder) })
    let block = fixture.dataFolder + "/blocked"
    try Data().write(to: URL(fileURLWithPath: block))
    let publisher = try fixture.agent.publisher()
    publisher.publish(1200)
    #expect(
      waitUntil("it says why it waits") {
        (fixture.status?["reason"] as? String)?.contains("tried again later: nobody is there") == true
      })
    #expect(fixture.status?["state"] as? String == "running")
    #expect(fixture.figure("failures_total") == 0)
    #expect(sent(fixture).isEmpty)
    try FileManager.default.removeItem(atPath: block)
    #expect(waitUntil("all has arrived") { sent(fixture).count >= 1200 })
    #expect(sent(fixture) == Array(1...1200))
    #expect(waitUntil("it does not wait any more") { fixture.status?["reason"] is NSNull })
    #expect(try fixture.bodies("_quarantine").isEmpty)
  }

  @Test func uplinkDeliversEverythingAtLeastOnceInOrderOverKillsOfItAndOfTheAgent() throws {
    let fixture = try RoleFixture(role: "uplink", process: Self.uplink)
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    for round in 0..<6 {
      publisher.publish(700)
      if round % 2 == 0 {
        fixture.killPlugin()
      } else {
        fixture.agent.stopAgent(signal: SIGKILL)
        try fixture.startAgent()
      }
    }
    #expect(waitUntil("all has arrived") { sent(fixture).last == 4200 })
    #expect(firstWrong(sent(fixture), 4200) == nil)
    #expect(try fixture.bodies("_quarantine").isEmpty)
  }

  // MARK: feeds

  /// It ignores how long it may wait, as a careless one does.
  private static let feed = """
    static int32_t process(void *instance, const crossdock_batch *b) {
      struct state *s = instance;
      s->host->count(s->host->context, "asked", 1);
      for (int i = 0; i < 10 && s->next <= 3000; i++, s->next++)
        if (say(s, (long)s->next, b->now_ns) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
      return CROSSDOCK_OK;
    }
    """

  @Test func whatAFeedFindsIsThereExactlyOnceOverKillsOfItAndOfTheAgent() throws {
    let fixture = try RoleFixture(role: "feed", process: Self.feed)
    try fixture.startAgent()
    for round in 1...6 {
      #expect(waitUntil("it goes on") { fixture.last("said") >= min(3000, round * 300) })
      if round % 2 == 0 {
        fixture.killPlugin()
      } else {
        fixture.agent.stopAgent(signal: SIGKILL)
        try fixture.startAgent()
      }
    }
    #expect(waitUntil("all is there") { fixture.last("said") >= 3000 })
    #expect(try fixture.said() == Array(1...3000))
  }

  @Test func feedThatFindsNothingAndDoesNotWaitIsNotAskedWithoutAPause() throws {
    let fixture = try RoleFixture(role: "feed", process: Self.feed)
    try fixture.startAgent()
    #expect(waitUntil("all is there") { fixture.last("said") >= 3000 })
    func asked() -> Int { ((fixture.status?["counters"] as? [String: Any])?["asked"] as? NSNumber)?.intValue ?? 0 }
    // The time from before the first look to after the last one: a busy machine makes it longer, and the questions no more.
    let began = ContinuousClock.now
    let before = asked()
    #expect(waitUntil("it is asked again") { asked() >= before + 8 })
    let after = asked()
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    #expect(Double(after - before) < 2 + 6 * seconds, "\(after - before) times in \(seconds) s")
  }

  // MARK: models

  /// The first record's answer has a topic that no broker takes; the times are at the ends of what there is.
  private static let model = """
    static int32_t process(void *instance, const crossdock_batch *b) {
      struct state *s = instance;
      for (uint32_t i = 0; i < b->selection_count; i++) {
        long n = number(b, b->selection[i]); char body[64]; snprintf(body, sizeof body, "{\\"n\\":%ld}", n);
        crossdock_output out = {sizeof out, 0, text("said"), text(n % 2 ? "" : "plant/one"), n % 2 ? INT64_MIN : INT64_MAX,
          text(body), text(n == 1 ? "a/#/b" : "to/all")};
        if (s->host->emit(s->host->context, &out) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
      }
      return CROSSDOCK_OK;
    }
    """

  @Test func outputsOfImpossibleTimesAndTopicsHurtNobodyElse() throws {
    let fixture = try RoleFixture(role: "model", process: Self.model, instance: "reply_connection = \"floor\"")
    try fixture.startAgent()
    let heard = try fixture.agent.sandbox.start(
      "/usr/bin/mosquitto_sub",
      ["-p", "\(fixture.agent.sandbox.brokerPort)", "-t", "to/all", "-q", "1", "-C", "40", "-W", "120"],
      log: "heard.log"
    )
    let publisher = try fixture.agent.publisher()
    #expect(
      waitUntil("replies after the one that no broker takes") {
        publisher.publish(2)
        return !heard.isRunning
      })
    #expect(heard.wait() == 0, "\(heard.log)")
    let said = try fixture.said()
    #expect(said == Array(1...said.count))
    #expect(fixture.figure("failures_total") == 0)
  }

  private static let counting = """
    static int32_t process(void *instance, const crossdock_batch *b) {
      struct state *s = instance;
      for (uint32_t i = 0; i < b->selection_count; i++)
        if (say(s, (long)s->next++, b->event_time_ns[b->selection[i]]) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
      return CROSSDOCK_OK;
    }
    """

  @Test func pluginThatRefusesItsCheckpointStartsAnewInAProcessThatHasNotSeenIt() throws {
    let fixture = try RoleFixture(role: "model", process: Self.counting, isCheckpointUnusable: true)
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    // Enough for a checkpoint.
    publisher.publish(2600)
    #expect(waitUntil("all is answered") { fixture.last("said") >= 2600 })
    fixture.killPlugin()
    publisher.publish(100)
    #expect(waitUntil("all is answered") { fixture.last("said") >= 2700 })
    #expect(try fixture.said() == Array(1...2600) + Array(1...100), "\(fixture.agent.agent?.log ?? "")")
    // What is in the journal is not the old one any more.
    fixture.killPlugin()
    publisher.publish(100)
    #expect(waitUntil("all is answered") { fixture.last("said") >= 2800 })
    #expect(fixture.status?["state"] as? String == "running")
  }

  /// Descriptors and processes after many restarts are those from before.
  @Test func restartsLeaveNoDescriptorAndNoProcessBehind() throws {
    let fixture = try RoleFixture(role: "model", process: Self.counting)
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    let pid = try #require(fixture.agent.agent?.pid)
    func descriptors() -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0 }
    publisher.publish(10)
    // With the uplink's connection and one restart behind it.
    #expect(waitUntil("it works") { fixture.last("said") >= 10 && fixture.agent.hasArrived(10) })
    fixture.killPlugin()
    publisher.publish(10)
    #expect(waitUntil("it works again") { fixture.last("said") >= 20 && fixture.agent.hasArrived(20) })
    let before = descriptors()
    for round in 2...51 {
      fixture.killPlugin()
      publisher.publish(10)
      #expect(waitUntil("it works again") { fixture.last("said") >= 10 + 10 * round })
    }
    #expect(fixture.figure("restarts_total") >= 50)
    // A connection of the control API may be open.
    #expect(waitUntil("as many descriptors as before") { descriptors() <= before })
    #expect(waitUntil("one process") { fixture.children.count == 1 }, "\(fixture.children)")
    #expect(try fixture.said() == Array(1...520))
  }
}
