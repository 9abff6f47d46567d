import Foundation
import HTTPClient
import JSONText
import Records
import SQLite
import Seeded
import Synchronization
import Testing

@testable import CentralService

@Suite struct PullTests {
  @Test func everyRecordIsPulledOnceInOrderAcrossAgents() throws {
    let central = try RunningCentral()
    var generator = SeededNumbers()
    var agents = [central.agent, central.agent, central.agent]
    var next: [UInt64] = [1, 1, 1]
    for index in agents.indices { agents[index].name = "truck-\(index)" }
    var pulled: [String: [Int]] = [:]
    var cursor = "oldest"
    for _ in 0..<40 {
      let index = Int.random(in: 0...2, using: &generator)
      let count = UInt64.random(in: 1...20, using: &generator)
      try agents[index].push(next[index]...(next[index] + count - 1))
      next[index] += count
      let limit = Int.random(in: 1...25, using: &generator)
      let page = try central.pull("stream=scans&since=\(cursor)&limit=\(limit)")
      #expect(page.lines.count <= limit)
      for line in page.lines { pulled[line["agent"]?.string ?? "", default: []].append(line["sequence"]?.integer ?? 0) }
      cursor = try #require(page.cursor)
    }
    while true {
      let page = try central.pull("stream=scans&since=\(cursor)")
      if page.lines.isEmpty { break }
      for line in page.lines { pulled[line["agent"]?.string ?? "", default: []].append(line["sequence"]?.integer ?? 0) }
      cursor = try #require(page.cursor)
    }
    for index in agents.indices { #expect(pulled["truck-\(index)", default: []] == Array(1..<Int(next[index]))) }
    let one = try central.pull("stream=scans&agent=truck-1&limit=10000")
    #expect(one.sequences == Array(1..<Int(next[1])))
  }

  @Test func aLineCarriesTheWholeRecord() throws {
    let central = try RunningCentral()
    try central.agent.push(2...2, follows: 0)
    let line = try #require(try central.pull("stream=scans").lines.first)
    #expect(line["agent"]?.string == "dock-7" && line["epoch"]?.string == central.agent.epoch.description)
    #expect(line["stream"]?.string == "scans" && line["source"]?.string == "hall/2")
    #expect(line["event_time"]?.string == "2023-11-14T22:13:20.000000002Z")
    #expect(line["ingest_time"]?.string == "2023-11-14T22:13:20.100Z")
    #expect(line["flags"] == .array([.string("retained")]) && line["body"]?["n"]?.integer == 2)
  }

  @Test func aLongPollIsAnsweredByTheNextSegment() throws {
    let central = try RunningCentral()
    try central.agent.push(1...3)
    let cursor = try #require(try central.pull("stream=scans").cursor)
    let url = "http://\(central.service.address)"
    let answer = Mutex<[Int]?>(nil)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let puller = try? HTTPClient(HTTPClientConfiguration(url: url))
      let result = try? puller?.get("/v1/changes?stream=scans&since=\(cursor)&wait=50s")
      answer.withLock { $0 = result?.sequences }
      done.signal()
    }
    // Pushed until the poll has its answer: before it waits or after, the answer is the same.
    try central.agent.push(4...5)
    #expect(done.wait(timeout: .now() + 120) == .success)
    #expect(answer.withLock { $0 } == [4, 5])
    #expect(try central.pull("stream=scans&since=now&wait=1ms").lines.isEmpty)
  }

  @Test func aCursorOfAnotherLifeIsGone() throws {
    let first = try RunningCentral()
    try first.agent.push(1...3)
    let cursor = try #require(try first.pull("stream=scans").cursor)
    let second = try RunningCentral()
    let gone = try second.pull("stream=scans&since=\(cursor)")
    #expect(gone.status == 410)
    let oldest = try #require(gone.json?["oldest"]?.string)
    #expect(try second.pull("stream=scans&since=\(oldest)").status == 200)
    let mistyped = cursor.dropLast() + (cursor.last == "0" ? "1" : "0")
    #expect(try first.pull("stream=scans&since=\(mistyped)").status == 400)
    for query in ["stream=", "stream=a%2Fb", "stream=scans&limit=0", "stream=scans&limit=x", "stream=scans&wait=soon"] {
      #expect(try first.pull(query).status == 400)
    }
  }

  @Test func metricsAreOpenMetrics() throws {
    let central = try RunningCentral()
    try central.agent.push(1...3)
    let text = String(decoding: try central.agent.client.get("/metrics").body, as: UTF8.self)
    #expect(text.hasSuffix("# EOF\n") && text.contains("crossdock_central_records_written_total 3\n"))
  }
}

@Suite struct LedgerTests {
  private func check(_ ledger: String, on central: RunningCentral) throws -> (AccountVerdict, LedgerCheck) {
    let connection = try CentralDatabase.openReadOnly("\(central.folder.path)/\(CentralDatabase.fileName)")
    let check = try LedgerCheck(try Ledger(Array(ledger.utf8), place: "ledger"), connection)
    return (AccountVerdict(try CentralAccount.read(connection, countsRows: true), check), check)
  }

  @Test func everyNumberIsLookedFor() throws {
    let central = try RunningCentral()
    try central.agent.push(1...9)
    // hall/0 has 3, 6, 9.
    let source = "{\"stream\":\"scans\",\"source\":\"hall/0\",\"pointer\":\"/n\""
    #expect(
      try check("\(source),\"first\":3,\"last\":3}\n\n", on: central).0.line
        == "central: 9 of 9 records, 0 missing, 0 double")
    let (verdict, result) = try check("\(source),\"first\":3,\"last\":7}\n", on: central)
    #expect(verdict.missing == 3 && !verdict.isRight && result.results[0].missing == [4, 5, 7])
    // The same records in another epoch: every sequence is there once, every number twice.
    var second = central.agent
    second.epoch = Epoch(counter: 2, high: 2, low: 2)
    try second.push(1...9)
    let double = try check("\(source),\"first\":3,\"last\":3}\n\(source),\"first\":6,\"last\":6}\n", on: central)
    #expect(double.0.double == 2 && double.0.missing == 0 && double.1.results[0].double == [3])
  }

  @Test func whatHeadsAndLedgerBothMissIsOneRecord() throws {
    let central = try RunningCentral()
    try central.agent.push(1...3)
    let body = Array("{\"epoch\":\"\(central.agent.epoch)\",\"streams\":{\"scans\":6}}".utf8)
    _ = try central.agent.client.post("/v1/agents/dock-7/heads", body: body, contentType: "application/json")
    let ledger = "{\"stream\":\"scans\",\"source\":\"hall/0\",\"pointer\":\"/n\",\"first\":6,\"last\":6}"
    #expect(try check(ledger, on: central).0.line == "central: 3 of 6 records, 3 missing, 0 double")
  }

  @Test(arguments: ["{", "{}", "{\"stream\":\"s\",\"source\":\"a\",\"pointer\":\"n\",\"first\":1,\"last\":2}"])
  func aWrongLedgerNamesItsLine(_ text: String) {
    #expect {
      _ = try Ledger(Array("\n\(text)\n".utf8), place: "ledger")
    } throws: {
      ($0 as? CrossdockError)?.place == "ledger:2"
    }
  }
}
