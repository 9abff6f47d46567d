import Foundation
import HTTPClient
import HTTPServer
import JSONText
import Journal
import Records
import Testing

@testable import ControlAPI

/// The real server over a real journal, asked by the real client.
@Suite(.serialized) struct ControlAPITests {
  private func api(
    _ journal: JournalFixture, token: String? = nil, status: String = "{}"
  ) throws -> (ControlAPI, HTTPClient) {
    var configuration = HTTPServerConfiguration(listen: "127.0.0.1:0")
    configuration.token = token.flatMap { BearerToken($0.utf8) }
    let api = try ControlAPI(configuration, journalPath: journal.path, commits: journal.commits) {
      Array(status.utf8)
    }
    return (api, try client(api, token: token))
  }

  private func client(_ api: ControlAPI, token: String? = nil) throws -> HTTPClient {
    var configuration = HTTPClientConfiguration(url: "http://\(api.address)")
    configuration.token = token
    return try HTTPClient(configuration)
  }

  private func lines(_ result: HTTPResult) throws -> [JSONValue] {
    try result.body.split(separator: 0x0A).map { try JSONValue.parse(Array($0)) }
  }

  private func error(_ result: HTTPResult) -> String {
    (try? JSONValue.parse(result.body))?["error"]?.string ?? ""
  }

  @Test func changesGiveEveryRecordOnceInPagesAndTheLinesAreAsDocumented() throws {
    let journal = try JournalFixture()
    try journal.append([Array("{\"n\":1,\n \"t\":\"é\"}".utf8)], flags: [.retained, .eventTimeMissing])
    for n in 2...25 { try journal.append([Array("{\"n\":\(n)}".utf8)]) }
    let (api, client) = try api(journal)
    defer { api.stop() }
    var cursor = ""
    var numbers: [Int] = []
    while numbers.count < 30 {
      let page = try client.get("/v1/changes?stream=scans&limit=10&since=\(cursor)")
      #expect(page.status == 200)
      cursor = try #require(page.cursor)
      let lines = try lines(page)
      if lines.isEmpty { break }
      numbers += lines.map { $0["sequence"]?.integer ?? 0 }
    }
    #expect(numbers == Array(1...25))
    let first = String(decoding: try client.get("/v1/changes?stream=scans&limit=1").body, as: UTF8.self)
    #expect(
      first
        == """
        {"agent":"dock-7","epoch":"\(journal.epoch)","stream":"scans","sequence":1,"source":"hall/3",\
        "event_time":"2025-11-24T16:00:00Z","ingest_time":"2025-11-24T16:00:00.005Z",\
        "flags":["event_time_missing","retained"],"body":{"n":1,  "t":"é"}}

        """)
  }

  @Test func bytesAreGivenAsBase64() throws {
    let journal = try JournalFixture()
    try journal.append([[0, 255, 10]], to: "frames")
    let (api, client) = try api(journal)
    defer { api.stop() }
    let line = try #require(try lines(client.get("/v1/changes?stream=frames")).first)
    #expect(line["body"]?["base64"]?.string == "AP8K")
  }

  @Test(arguments: [
    ("/v1/changes", 400), ("/v1/changes?stream=nothing", 404), ("/v1/changes?stream=scans&limit=0", 400),
    ("/v1/changes?stream=scans&limit=ten", 400), ("/v1/changes?stream=scans&limit=-1", 400),
    ("/v1/changes?stream=scans&wait=soon", 400), ("/v1/changes?stream=scans&wait=-1s", 400),
    ("/v1/changes?stream=scans&since=42", 400), ("/v2/changes", 404), ("/v1/status/more", 404),
  ])
  func wrongRequestsAreRefusedWithJSONThatSaysWhy(path: String, status: Int) throws {
    let journal = try JournalFixture()
    let (api, client) = try api(journal)
    defer { api.stop() }
    let result = try client.get(path)
    #expect(result.status == status)
    let json = try JSONValue.parse(result.body)
    #expect(json["error"]?.string?.isEmpty == false)
    #expect(json["hint"]?.string != nil)
  }

  @Test func wrongMethodIsRefused() throws {
    let journal = try JournalFixture()
    let (api, client) = try api(journal)
    defer { api.stop() }
    #expect(try client.post("/v1/status", body: [], contentType: "text/plain").status == 405)
  }

  @Test func cursorOfAnotherStreamOrAgentOrChangedIsRefused() throws {
    let journal = try JournalFixture()
    try journal.append(3)
    let (api, client) = try api(journal)
    defer { api.stop() }
    let cursor = try #require(try client.get("/v1/changes?stream=scans").cursor)
    #expect(try client.get("/v1/changes?stream=scans&since=\(cursor)").status == 200)
    #expect(try client.get("/v1/changes?stream=frames&since=\(cursor)").status == 400)
    #expect(try client.get("/v1/changes?stream=scans&since=A\(cursor.dropFirst(1))x").status == 400)
    let foreign = ChangesCursor(epoch: journal.epoch, sequence: 1).text(agent: "dock-8", stream: "scans")
    #expect(try client.get("/v1/changes?stream=scans&since=\(foreign)").status == 400)
  }

  @Test func cursorOfAnotherEpochIsGoneAndTheOldestLeadsOn() throws {
    let journal = try JournalFixture()
    try journal.append(3)
    let (api, client) = try api(journal)
    defer { api.stop() }
    let other = Epoch(counter: 9, high: 1, low: 2)
    let cursor = ChangesCursor(epoch: other, sequence: 1).text(agent: "dock-7", stream: "scans")
    let gone = try client.get("/v1/changes?stream=scans&since=\(cursor)")
    #expect(gone.status == 410)
    let oldest = try #require(try JSONValue.parse(gone.body)["oldest"]?.string)
    #expect(try lines(client.get("/v1/changes?stream=scans&since=\(oldest)")).count == 3)
  }

  @Test func cursorBeforeWhatIsKeptIsGone() throws {
    let journal = try JournalFixture(maxBytes: 1 << 20)
    try journal.append(1)
    let (api, client) = try api(journal)
    defer { api.stop() }
    let cursor = try #require(try client.get("/v1/changes?stream=scans").cursor)
    try journal.append(6000, padding: 250)
    let first = try #require(journal.states().first { $0.definition.name == "scans" }).first
    #expect(first > 2)
    let gone = try client.get("/v1/changes?stream=scans&since=\(cursor)")
    #expect(gone.status == 410)
    let oldest = try #require(try JSONValue.parse(gone.body)["oldest"]?.string)
    let next = try #require(try lines(client.get("/v1/changes?stream=scans&limit=1&since=\(oldest)")).first)
    #expect(next["sequence"]?.integer == Int(first))
  }

  @Test func cursorBeyondTheEndIsGone() throws {
    let journal = try JournalFixture()
    try journal.append(3)
    let (api, client) = try api(journal)
    defer { api.stop() }
    let cursor = ChangesCursor(epoch: journal.epoch, sequence: 4).text(agent: "dock-7", stream: "scans")
    #expect(try client.get("/v1/changes?stream=scans&since=\(cursor)").status == 410)
  }

  @Test func longPollIsAnsweredByTheNextCommit() throws {
    let journal = try JournalFixture()
    try journal.append(3)
    let (api, client) = try api(journal)
    defer { api.stop() }
    // `now` never waits: it gives the cursor to wait with.
    let now = try client.get("/v1/changes?stream=scans&since=now&wait=30s")
    #expect(now.body.isEmpty)
    let cursor = try #require(now.cursor)
    let answered = NSCondition()
    nonisolated(unsafe) var result: HTTPResult?
    let thread = Thread {
      let answer = try? client.get("/v1/changes?stream=scans&since=\(cursor)&wait=60s")
      answered.withLock {
        result = answer
        answered.signal()
      }
    }
    thread.start()
    // Commits go on until the answer is there: whichever comes after the request is looked at, answers it.
    var appended = 0
    let deadline = Date().addingTimeInterval(120)
    answered.lock()
    while result == nil, Date() < deadline {
      answered.unlock()
      try journal.append(1)
      appended += 1
      answered.lock()
      if result == nil { _ = answered.wait(until: Date().addingTimeInterval(0.1)) }
    }
    answered.unlock()
    let page = try #require(result)
    #expect(page.status == 200)
    #expect(try lines(page).count >= 1)
    // By one of the commits, and not when its time was over: some 600 then.
    #expect((1..<300).contains(appended))
  }

  @Test func longPollWithoutNewsEndsEmptyWithTheSameCursor() throws {
    let journal = try JournalFixture()
    try journal.append(3)
    let (api, client) = try api(journal)
    defer { api.stop() }
    let cursor = try #require(try client.get("/v1/changes?stream=scans").cursor)
    let page = try client.get("/v1/changes?stream=scans&since=\(cursor)&wait=50ms")
    #expect(page.status == 200)
    #expect(page.body.isEmpty)
    #expect(page.cursor == cursor)
  }

  @Test func waitIsBoundedAndReadInItsForms() {
    #expect(ChangesAnswer.waitNs(nil) == 0)
    #expect(ChangesAnswer.waitNs("30s") == 30_000_000_000)
    #expect(ChangesAnswer.waitNs("1500ms") == 1_500_000_000)
    #expect(ChangesAnswer.waitNs("2") == 2_000_000_000)
    #expect(ChangesAnswer.waitNs("3600s") == 60_000_000_000)
    #expect(ChangesAnswer.waitNs("9223372036854775807s") == 60_000_000_000)
    for text in ["", "s", "ms", "1h", "-1s", "1.5s", "+1", "99999999999999999999s"] {
      #expect(ChangesAnswer.waitNs(text) == nil, "\(text)")
    }
  }

  @Test func stopEndsWaits() throws {
    let journal = try JournalFixture()
    let (api, client) = try api(journal)
    let cursor = try #require(try client.get("/v1/changes?stream=scans").cursor)
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var result: HTTPResult?
    let thread = Thread {
      result = try? client.get("/v1/changes?stream=scans&since=\(cursor)&wait=60s")
      done.signal()
    }
    thread.start()
    // The server has the request in hand: what stops it comes after that.
    try #require(api.shared.requests.wait(past: 0, timeoutMs: 120_000) == 1)
    api.stop()
    try #require(done.wait(timeout: .now() + 120) == .success)
    #expect(result?.status == 503)
  }

  @Test func tokenIsAskedForEverywhereButForHealth() throws {
    let journal = try JournalFixture()
    try journal.append(1)
    let (api, right) = try api(journal, token: "s3cret")
    defer { api.stop() }
    let none = try client(api)
    let wrong = try client(api, token: "s3creT")
    for path in ["/v1/status", "/v1/streams", "/v1/changes?stream=scans", "/metrics"] {
      #expect(try right.get(path).status == 200)
      #expect(try none.get(path).status == 401)
      #expect(try wrong.get(path).status == 401)
    }
    #expect(try none.get("/healthz").status == 200)
    #expect(String(decoding: try none.get("/healthz").body, as: UTF8.self) == "ok\n")
  }

  @Test func streamsAreListedWithCursorsOfBothEnds() throws {
    let journal = try JournalFixture()
    try journal.append(3)
    let (api, client) = try api(journal)
    defer { api.stop() }
    let json = try JSONValue.parse(try client.get("/v1/streams").body)
    let streams = try #require(json["streams"]?.array)
    #expect(streams.map { $0["name"]?.string } == ["scans", "frames", "_quarantine", "_tombstones"])
    #expect(streams[0]["last"]?.integer == 3)
    #expect(streams[0]["records"]?.integer == 3)
    let oldest = try #require(streams[0]["oldest"]?.string)
    #expect(try lines(client.get("/v1/changes?stream=scans&since=\(oldest)")).count == 3)
    let newest = try #require(streams[0]["newest"]?.string)
    #expect(try lines(client.get("/v1/changes?stream=scans&since=\(newest)")).isEmpty)
  }

  @Test func missingJournalIsAnAnswerOf503() throws {
    let journal = try JournalFixture()
    let api = try ControlAPI(
      HTTPServerConfiguration(listen: "127.0.0.1:0"), journalPath: journal.folder + "/none.db", commits: journal.commits
    ) { [] }
    defer { api.stop() }
    let result = try client(api).get("/v1/streams")
    #expect(result.status == 503)
    #expect(error(result).contains("journal"))
  }

  @Test func metricsAreOpenMetricsAndTheFeedsAddUp() throws {
    let status = """
      {"agent":"dock-7","version":"0.1.0","epoch":"1-0","uptime_s":12,"clock_synchronised":true,
       "journal":{"bytes":1,"max_bytes":2,"records":3,"commits_total":4,"last_commit_us":500,"evicted_records_total":6,"state":"paused"},
       "connections":[{"name":"floor","state":"connected","reconnects_total":2}],
       "feeds":[{"name":"f\\"1\\"","received_total":10,"stored_total":6,"quarantined_total":1,
         "dropped_total":{"redelivered":2,"duplicate":1,"oversize":0},"records_total":6,"lag_ms":1500}],
       "streams":[{"name":"scans","first":5,"records":3,"last":9,"stored_bytes":700,"max_bytes":1000,"max_age_s":60,
         "evicted_records_total":4,"missing_records":2,"dropped_total":{"stream_full":4,"damaged":2}}],
       "models":[{"name":"m","state":"running","batches_total":1,"records_total":2,"emitted_total":3,"failed_total":0}],
       "uplinks":[{"name":"central","lag_records":7,"sent_records_total":8,"sent_bytes_total":9,"failures_total":1}]}
      """
    let journal = try JournalFixture()
    let (api, client) = try api(journal, status: status)
    defer { api.stop() }
    let text = String(decoding: try client.get("/metrics").body, as: UTF8.self)
    #expect(text.hasSuffix("# EOF\n"))
    let feed = #"feed="f\"1\"""#
    #expect(text.contains("crossdock_feed_received_messages_total{\(feed)} 10\n"))
    #expect(text.contains("crossdock_feed_dropped_messages_total{\(feed),reason=\"duplicate\"} 1\n"))
    #expect(text.contains("crossdock_journal_last_commit_seconds 0.0005\n"))
    #expect(text.contains("crossdock_uplink_lag_records{uplink=\"central\"} 7\n"))
    #expect(text.contains("# TYPE crossdock_journal_state stateset\n"))
    #expect(text.contains("crossdock_journal_state{crossdock_journal_state=\"paused\"} 1\n"))
    #expect(text.contains("crossdock_journal_state{crossdock_journal_state=\"holding\"} 0\n"))
    let streams = text.split(separator: "\n").filter { $0.hasPrefix("crossdock_stream_") }.joined(separator: "\n")
    #expect(
      streams == """
        crossdock_stream_records{stream="scans"} 3
        crossdock_stream_first_sequence{stream="scans"} 5
        crossdock_stream_last_sequence{stream="scans"} 9
        crossdock_stream_missing_records{stream="scans"} 2
        crossdock_stream_stored_bytes{stream="scans"} 700
        crossdock_stream_limit_bytes{stream="scans"} 1000
        crossdock_stream_limit_seconds{stream="scans"} 60
        crossdock_stream_evicted_records_total{stream="scans"} 4
        crossdock_stream_dropped_records_total{stream="scans",reason="stream_full"} 4
        crossdock_stream_dropped_records_total{stream="scans",reason="damaged"} 2
        """)
    func sum(_ family: String) -> Int {
      text.split(separator: "\n").filter { $0.hasPrefix("crossdock_feed_\(family)_messages_total{") }
        .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }
    #expect(sum("received") == sum("stored") + sum("quarantined") + sum("dropped"))
    // Every sample belongs to the family declared last; no family comes twice.
    var families: Set<Substring> = []
    var family: Substring = ""
    for line in text.split(separator: "\n") where line != "# EOF" {
      let words = line.split(separator: " ")
      if line.hasPrefix("# TYPE ") {
        family = words[2]
        #expect(families.insert(family).inserted)
      } else if !line.hasPrefix("#") {
        #expect(line.hasPrefix(family))
      }
    }
  }

  @Test func timesOfBatchesAreAHistogram() throws {
    let status = #"{"plugins":[{"name":"p","state":"running","batch_us":{"100":3,"1000":2,"more":1}}]}"#
    let journal = try JournalFixture()
    let (api, client) = try api(journal, status: status)
    defer { api.stop() }
    let text = String(decoding: try client.get("/metrics").body, as: UTF8.self)
    let took = text.split(separator: "\n").filter { $0.contains("batch_duration") && !$0.hasPrefix("# HELP") }
    #expect(
      took.joined(separator: "\n") == """
        # TYPE crossdock_plugin_batch_duration_microseconds histogram
        # UNIT crossdock_plugin_batch_duration_microseconds microseconds
        crossdock_plugin_batch_duration_microseconds_bucket{plugin="p",le="100.0"} 3
        crossdock_plugin_batch_duration_microseconds_bucket{plugin="p",le="1000.0"} 5
        crossdock_plugin_batch_duration_microseconds_bucket{plugin="p",le="+Inf"} 6
        """)
  }
}
