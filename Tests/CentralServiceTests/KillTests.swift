import Fixtures
import Foundation
import HTTPClient
import HTTPServer
import JSONText
import Records
import SQLite
import Seeded
import Testing

@testable import CentralService

/// The real program, as a child.
private final class CentralProcess {
  let process = Process()
  let address: String

  /// Beside the test bundle.
  static let program: String? = {
    guard let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      let slash = own.lastIndex(of: "/")
    else { return nil }
    let path = own[...slash] + "crossdock-central"
    return FileManager.default.isExecutableFile(atPath: String(path)) ? String(path) : nil
  }()

  init(_ arguments: [String], data: String) throws {
    let program = try #require(Self.program, "crossdock-central is not beside the tests")
    let file = data + ".address"
    try? FileManager.default.removeItem(atPath: file)
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments =
      ["run", "--data", data, "--address-file", file, "--log-level", "error"]
      + (arguments.isEmpty ? ["--listen", "127.0.0.1:0"] : arguments)
    try process.run()
    let deadline = Date(timeIntervalSinceNow: 120)
    var text = ""
    while text.isEmpty, process.isRunning, Date() < deadline {
      usleep(2000)
      text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    }
    address = text.trimmingCharacters(in: .whitespacesAndNewlines)
    try #require(!address.isEmpty, "the child does not serve")
  }

  func kill(_ signal: Int32) -> Int32 {
    Foundation.kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return process.terminationStatus
  }

  static func account(_ arguments: [String]) throws -> (lastLine: String, status: Int32) {
    let ended = try ProgramRun(try #require(program), ["account"] + arguments)
    return (ended.output.split(separator: "\n").last.map(String.init) ?? "", ended.code)
  }
}

@Suite(.enabled(if: CentralProcess.program != nil, "skipped: crossdock-central is not built"))
struct KillTests {
  static let rounds = ProcessInfo.processInfo.environment["ROUNDS"].flatMap(Int.init) ?? 8

  @Test func nothingIsLostOrDoubleWhenCentralIsKilledInMidIngest() throws {
    var generator = SeededNumbers()
    let folder = TemporaryFolder()
    var acknowledged: UInt64 = 0
    // On a busy machine it may be killed each time before it has answered anything.
    for round in 0..<(Self.rounds + 100) where round < Self.rounds || acknowledged == 0 {
      let central = try CentralProcess([], data: folder.path)
      let agent = PushingAgent(client: try HTTPClient(HTTPClientConfiguration(url: "http://\(central.address)")))
      let delayUs = UInt32.random(in: 0...120_000, using: &generator)
      let pid = central.process.processIdentifier
      Thread.detachNewThread {
        usleep(delayUs)
        Foundation.kill(pid, SIGKILL)
      }
      // From before what was acknowledged, as an agent whose own cursor was not durable.
      var next = acknowledged - min(acknowledged, .random(in: 0...300, using: &generator)) + 1
      while true {
        let last = next + .random(in: 0...400, using: &generator)
        guard let result = try? agent.push(next...last) else { break }
        #expect(result.status == 200, "round \(round): \(String(decoding: result.body, as: UTF8.self))")
        let watermark = UInt64(result.json?["watermark"]?.integer ?? 0)
        #expect(watermark >= acknowledged)
        acknowledged = watermark
        next = last + 1
      }
      central.process.waitUntilExit()
      let connection = try SQLiteConnection(path: "\(folder.path)/central.db", mode: .readWrite)
      #expect(try connection.text("PRAGMA integrity_check") == "ok")
      let stored = try connection.integer("SELECT count(*) FROM records") ?? 0
      #expect(stored >= Int64(acknowledged), "acknowledged and lost")
      #expect(try connection.integer("SELECT sum(last - first + 1) FROM segments") ?? 0 == stored)
    }
    print("acknowledged over \(Self.rounds) kills: \(acknowledged)")
    #expect(acknowledged > 0)
    try finish(folder.path, last: acknowledged + 500)
  }

  /// Everything once more from the start, then the program's own account.
  private func finish(_ data: String, last: UInt64) throws {
    let central = try CentralProcess([], data: data)
    let agent = PushingAgent(client: try HTTPClient(HTTPClientConfiguration(url: "http://\(central.address)")))
    var next: UInt64 = 1
    while next <= last {
      let end = min(last, next + 4999)
      #expect(try agent.push(next...end).status == 200)
      next = end + 1
    }
    let ledger = data + "/ledger"
    let lines = (0...2).map { source in
      let first = (1...3).first { $0 % 3 == source } ?? 1
      return
        "{\"stream\":\"scans\",\"source\":\"hall/\(source)\",\"pointer\":\"/n\",\"first\":\(first),\"last\":\(first)}\n"
    }
    try lines.joined().write(toFile: ledger, atomically: true, encoding: .utf8)
    // Beside the running central.
    let account = try CentralProcess.account(["--data", data, "--ledger", ledger])
    let stored = account.lastLine.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
    #expect(stored >= last)
    #expect(account.lastLine == "central: \(stored) of \(stored) records, 0 missing, 0 double" && account.status == 0)
    #expect(central.kill(SIGTERM) == 0)
    #expect(try CentralProcess.account(["--data", data]).status == 0)
  }

  @Test func theProgramSaysWhyItDoesNotStart() throws {
    let folder = TemporaryFolder()
    let central = try CentralProcess([], data: folder.path)
    func status(_ arguments: [String]) throws -> Int32 {
      try ProgramRun(try #require(CentralProcess.program), arguments).code
    }
    #expect(try status(["run", "--data", folder.path, "--listen", "127.0.0.1:0"]) == 1)
    #expect(try status(["run", "--data", folder.path + ".2", "--listen", central.address]) == 69)
    #expect(try status(["run", "--data", folder.path + ".2", "--listen", "0.0.0.0:0"]) == 78)
    #expect(try status(["run"]) == 64)
    #expect(try status(["account", "--data", folder.path + ".none"]) == 65)
    #expect(central.kill(SIGTERM) == 0)
    try? FileManager.default.removeItem(atPath: folder.path + ".2")
  }
}
