import JSONText
import Testing

@testable import LiveView

private let document = #"""
  {"agent":"dock-7","version":"0.1.0","epoch":"1-ab","uptime_s":3723,"clock_synchronised":true,
   "journal":{"path":"j","bytes":16777216,"max_bytes":67108864,"records":14233,"commits_total":812,"last_commit_us":1234,
    "evicted_records_total":0,"state":"writing","hold_reason":null},
   "connections":[{"name":"floor","address":"127.0.0.1:1883","state":"connected","reconnects_total":0,"last_error":null}],
   "feeds":[{"name":"motor-vibration","connection":"floor","received_total":1240,"stored_total":1234,"quarantined_total":2,
    "dropped_total":{"redelivered":4,"duplicate":0},"records_total":1234,"rate_per_s":10.04,"lag_ms":12}],
   "streams":[{"name":"alerts","class":"alert","first":1,"last":3,"records":3}],
   "models":[{"name":"routes","plugin":"pick-routing","state":"running","records_total":41,"emitted_total":40,
    "failed_total":0,"last_batch_us":85,"max_batch_us":1900}],
   "uplinks":[{"name":"central","url":"http://127.0.0.1:7790","state":"backing_off","lag_records":4000,
    "sent_records_total":10000,"sent_bytes_total":2097152,"failures_total":3,"last_error":"connection refused",
    "streams":[{"stream":"vibration","watermark":9000,"last":12000},{"stream":"scans","watermark":1000,"last":2000}]}]}
  """#

private let alertLine =
  #"{"ingest_time":"2026-11-23T08:15:30.5Z","body":{"alert":"x","state":"opened","severity":"warning","asset":"#
  + #""hamburg/conveyor/motor-1","stream":"vibration","component":"waveform","evidence":[{"feature":"kurtosis","#
  + #""value":12.34,"baseline":2.97}]}}"#

private let routeLine =
  #"{"ingest_time":"2026-11-23T08:15:31Z","body":{"type":"route","order":"H1-7","revision":1,"status":"routed","#
  + #""reason":null,"stops":[{"line":1},{"line":2}],"distance_m":64.2,"optimal":true,"time_us":85}}"#

@Suite struct LiveScreenTests {
  private func screen() throws -> LiveScreen {
    var screen = LiveScreen()
    screen.status = LiveStatus(try JSONValue.parse(Array(document.utf8)))
    screen.add(try #require(LiveEvent(line: alertLine.utf8)))
    screen.add(try #require(LiveEvent(line: routeLine.utf8)))
    screen.note = "The uplink is cut."
    return screen
  }

  @Test func pausedJournalSaysWhyNothingIsRead() throws {
    var screen = LiveScreen()
    let paused = document.replacing(
      #""state":"writing""#, with: #""state":"paused","pause_reason":"the disk is nearly full""#)
    screen.status = LiveStatus(try JSONValue.parse(Array(paused.utf8)))
    let line = try #require(screen.lines(columns: 160, rows: 24).map(\.plain).first { $0.hasPrefix("JOURNAL") })
    #expect(line.hasSuffix("commit 1.2 ms  paused: the disk is nearly full"))
  }

  @Test func screenOf80By24ShowsEverything() throws {
    let lines = try screen().lines(columns: 80, rows: 24).map(\.plain)
    let expected = [
      "crossdock 0.1.0  dock-7   up 1:02:03   clock in step   10.0 messages/s",
      "JOURNAL [###·······] 16.0 MiB of 64.0 MiB  14,233 rows  commit 1.2 ms",
      "BROKER  floor 127.0.0.1:1883 connected",
      "FEED                      RATE/S   LAG MS     RECEIVED       STORED   QUAR  DROP",
      "motor-vibration             10.0       12        1,240        1,234      2     4",
      "UPLINK  central backing off  lag 4,000  sent 10,000, 2.0 MiB  http://127.0.0.1:…",
      "        [#######···] confirmed 10,000 of 14,000  connection refused",
      "MODEL   routes (pick-routing) running  read 41, said 40  batch 85 µs, most 1.9 …",
      "ALERTS  1",
      "08:15:30 warning opened hamburg/conveyor/motor-1 vibration.waveform: kurtosis 1…",
      "ROUTES  1",
      "08:15:31 routed H1-7  2 stops, 64.2 m, shortest  in 85 µs",
    ]
    for (line, text) in zip(lines, expected) { #expect(line == text) }
    #expect(lines.count == 24)
    #expect(lines.suffix(2) == ["The uplink is cut.", "q: quit"])
  }

  @Test(arguments: [(0, 0), (1, 1), (20, 5), (80, 24), (200, 60)])
  func linesFitEverySize(_ columns: Int, _ rows: Int) throws {
    let lines = try screen().lines(columns: columns, rows: rows)
    #expect(lines.count == rows)
    #expect(lines.allSatisfy { $0.plain.count <= columns })
  }

  @Test func feedsThatDoNotFitAreCounted() throws {
    var text = document
    let feed = #"{"name":"f","rate_per_s":1,"lag_ms":1,"received_total":1,"stored_total":1},"#
    text.replace(#""feeds":["#, with: #""feeds":["# + String(repeating: feed, count: 30))
    var screen = LiveScreen()
    screen.status = LiveStatus(try JSONValue.parse(Array(text.utf8)))
    let lines = screen.lines(columns: 80, rows: 24).map(\.plain)
    #expect(lines.count { $0.hasPrefix("f ") } == 5)
    #expect(lines.contains("… and 26 more"))
    #expect(lines.contains("ALERTS  none"))
    #expect(lines.contains("ROUTES  none since this view was opened"))
  }

  @Test func eventsAreCountedBeyondThoseThatAreKept() throws {
    var screen = try screen()
    for _ in 0..<300 {
      screen.add(try #require(LiveEvent(line: alertLine.utf8)))
      screen.add(try #require(LiveEvent(line: routeLine.utf8)))
    }
    let lines = screen.lines(columns: 80, rows: 24).map(\.plain)
    #expect(lines.contains("ALERTS  301") && lines.contains("ROUTES  301"))
  }

  @Test func pluginsBesideTheAgentHaveALineEach() throws {
    var text = document
    text.replace(
      #""uplinks":["#,
      with: #"""
        "plugins":[{"name":"limit","plugin":"cold-watch","version":"1.2.0","state":"running","reason":null,"confined":true,
        "unsigned":true,"records_total":4100,"emitted_total":40,"rejected_total":2,"set_aside_total":1,"restarts_total":3,
        "last_batch_us":85,"max_batch_us":1900},
        {"name":"labels","plugin":"label-decoder","version":"1.0.0","state":"parked","reason":"failed 10 times in a row",
        "confined":true,"unsigned":false}],"uplinks":[
        """#)
    var screen = LiveScreen()
    screen.status = LiveStatus(try JSONValue.parse(Array(text.utf8)))
    let lines = screen.lines(columns: 160, rows: 24).map(\.plain).filter { $0.hasPrefix("PLUGIN") }
    #expect(
      lines == [
        "PLUGIN  limit (cold-watch 1.2.0) running UNSIGNED  read 4,100, said 40  quarantined 3  restarts 3  batch 85 µs, most 1.9 ms",
        "PLUGIN  labels (label-decoder 1.0.0) parked: failed 10 times in a row",
      ])
  }

  @Test func problemTakesThePlaceOfTheNote() throws {
    var screen = try screen()
    screen.problem = "127.0.0.1:7780: connection refused"
    #expect(screen.lines(columns: 80, rows: 24)[22].plain == "127.0.0.1:7780: connection refused")
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    #expect(StyledLine("a\u{1B}[2Jb\u{9B}c").plain == "a?[2Jb?c")
  }

  @Test func stylesAreClosed() {
    #expect(StyledLine("x", .bad).ansi == "\u{1B}[1;31mx\u{1B}[0m")
    #expect(StyledLine("x").ansi == "x")
  }

  @Test func summaryIsOneLine() throws {
    let status = try #require(LiveStatus(try JSONValue.parse(Array(document.utf8))))
    #expect(
      SummaryLine.text(status)
        == "dock-7: up 1:02:03, 10.0 messages/s, lag 12 ms, journal 14,233 rows 16.0 MiB of 64.0 MiB, "
        + "central backing off confirmed 10,000 of 14,000")
    #expect(status.owedRecords == 4_000)
    #expect(status.storedMessages == 1_236)
  }

  @Test func oneStopIsNoStops() throws {
    var screen = try screen()
    screen.add(try #require(LiveEvent(line: routeLine.replacing(#",{"line":2}"#, with: "").utf8)))
    let lines = screen.lines(columns: 80, rows: 24).map(\.plain)
    #expect(lines.contains("08:15:31 routed H1-7  1 stop, 64.2 m, shortest  in 85 µs"))
  }

  @Test func ordersAndPicksAreNoEvents() {
    #expect(LiveEvent(line: #"{"body":{"type":"order","order":"A","lines":[]}}"#.utf8) == nil)
    #expect(LiveEvent(line: "not json".utf8) == nil)
  }
}
