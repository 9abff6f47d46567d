import Foundation
import Records
import SQLite
import Testing

@testable import CentralService

@Suite struct CommandTests {
  private let folder = TemporaryFolder()

  private func table() throws -> CommandTable {
    try #require(try? makeFolder(folder.path))
    return try CommandTable(try CentralDatabase.open("\(folder.path)/central.db"))
  }

  private func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  @Test func numbersGoOnAfterWhatWasTakenIsForgotten() throws {
    let table = try table()
    for number in 1...3 as ClosedRange<Int64> {
      #expect(try table.post("{\"n\":\(number)}", to: "dock-7", nowNs: number) == number)
    }
    #expect(try table.post("{}", to: "other", nowNs: 1) == 1)
    #expect(try table.answer("dock-7", after: 0).map(\.body) == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
    #expect(try table.answer("dock-7", after: 2).map(\.number) == [3])
    #expect(try table.answer("dock-7", after: 3).isEmpty)
    #expect(try table.post("{}", to: "dock-7", nowNs: 9) == 4)
    #expect(try table.answer("dock-7", after: 0).map(\.number) == [4])
  }

  /// An agent that has lost its position (its uplink has another name now) does not do again what it has done.
  @Test func whatWasTakenIsNotGivenAgain() throws {
    let table = try table()
    #expect(try table.post("{\"n\":1}", to: "dock-7", nowNs: 1) == 1)
    #expect(try table.answer("dock-7", after: 0).map(\.number) == [1])
    #expect(try table.answer("dock-7", after: 1).isEmpty)
    #expect(try table.answer("dock-7", after: 0).isEmpty)
    #expect(try table.post("{\"n\":2}", to: "dock-7", nowNs: 1) == 2)
    #expect(try table.answer("dock-7", after: 0).map(\.number) == [2])
  }

  @Test func numbersGoOnBehindWhatTheAgentHas() throws {
    let table = try table()
    #expect(try table.post("{}", to: "dock-7", nowNs: 1) == 1)
    // Put back to an older state: the agent has 50 already.
    #expect(try table.answer("dock-7", after: 50).isEmpty)
    #expect(try table.post("{}", to: "dock-7", nowNs: 1) == 51)
    #expect(try table.answer("dock-7", after: 50).map(\.number) == [51])
  }

  @Test func answerIsNeverLargerThanTheAgentReads() throws {
    let table = try table()
    let body = "{\"text\":\"" + String(repeating: "\\\"", count: 30_000) + "\"}"
    for _ in 0..<100 { _ = try table.post(body, to: "dock-7", nowNs: 1) }
    var (after, answers) = (Int64(0), 0)
    while let last = try table.answer("dock-7", after: after).last {
      (after, answers) = (last.number, answers + 1)
    }
    #expect(after == 100 && answers > 1)
    let large = String(repeating: "x", count: 2 * CommandTable.maxAnsweredBytes)
    _ = try table.post(large, to: "dock-7", nowNs: 1)
    #expect(try table.answer("dock-7", after: after).count == 1)
  }

  @Test func tooManyThatWaitAreRefused() throws {
    let table = try table()
    for _ in 0..<CommandTable.maxWaiting { #expect(try table.post("{}", to: "dock-7", nowNs: 1) != nil) }
    #expect(try table.post("{}", to: "dock-7", nowNs: 1) == nil)
    let first = try table.answer("dock-7", after: 0)
    #expect(first.count == CommandTable.maxAnswered)
    _ = try table.answer("dock-7", after: first.last?.number ?? 0)
    #expect(try table.post("{}", to: "dock-7", nowNs: 1) == Int64(CommandTable.maxWaiting) + 1)
  }
}
