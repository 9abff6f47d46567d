import Fixtures
import Foundation
import Seeded
import Testing

/// `crossdock trend --runs`: the life that remains by similarity to runs to failure.
@Suite(.serialized) struct TrendRunsTests {
  /// A machine at its own level, 1 % of noise, whose wear begins after `healthy` lines and grows by `rate` a line until it is six times as
  /// high: the last line is the failure.
  private func run(
    _ name: String, level: Double, healthy: Int, rate: Double, step: Int = 10, _ numbers: inout SeededNumbers
  ) -> [String] {
    var lines: [String] = []
    for i in 0... {
      let wear = exp(rate * Double(max(0, i - healthy)))
      lines.append("\(name),\(step * i),\(level * wear * (1 + 0.01 * numbers.gaussian()))")
      if wear >= 6 { return lines }
    }
    return lines
  }

  private func table(_ lines: [String]) -> Data { Data(("machine,t,rms\n" + lines.joined(separator: "\n")).utf8) }

  /// Five that wear fast, five that wear slowly.
  private func failed(_ numbers: inout SeededNumbers) -> [String] {
    var lines: [String] = []
    for i in 0..<5 {
      let spread = Double(i)
      lines += run("fast\(i)", level: 1 + spread, healthy: 60 + 3 * i, rate: 0.04 + 0.001 * spread, &numbers)
      lines += run("slow\(i)", level: 0.2 + spread, healthy: 70 + 3 * i, rate: 0.0133 + 0.0003 * spread, &numbers)
    }
    return lines
  }

  private let common = [
    "trend", "--input", "t.csv", "--by", "machine", "--time", "t", "--index", "rms", "--learn", "30", "--floor", "0.02",
  ]

  private func rows(_ text: String) -> [[Substring]] {
    text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }

  @Test func lifeIsThatOfTheRunsThatWentTheSameWay() throws {
    var numbers = SeededNumbers(default: 61)
    let runs = failed(&numbers)
    let machine = run("mine", level: 7.7, healthy: 80, rate: 0.0139, &numbers)
    let files = ["t.csv": table(machine), "runs.csv": table(runs)]
    let result = try ProgramRun(common + ["--runs", "runs.csv"], files: files)
    #expect(result.code == 0, "\(result.errors)")
    let rows = rows(result.output)
    #expect(
      rows[0].joined(separator: ",")
        == "machine,time,index,deviations,state,remaining,lower,upper,similar,similar_lower,similar_upper,distance,nearest"
    )
    let plain = try ProgramRun(common, files: files)
    #expect(self.rows(plain.output) == rows.map { Array($0.prefix(8)) })
    for row in rows.dropFirst() where row[4] != "degrading" {
      #expect(row[8...].map(String.init) == ["not yet", "", "", "", ""])
    }
    // Half of the wear and a tenth of it are left: 10 a line.
    for left in [65, 13] {
      let row = rows[rows.count - 1 - left]
      #expect(row[4] == "degrading")
      let similar = try row[8...10].map { try #require(Double($0)) }
      #expect(abs(similar[0] - Double(10 * left)) <= 0.2 * Double(10 * left) + 20, "\(row)")
      #expect(similar[1] <= similar[0] && similar[0] <= similar[2])
      #expect(row[12].hasPrefix("slow") && !row[12].contains("fast"), "\(row)")
      #expect(try #require(Double(row[11])) < 3)
    }
    #expect(try ProgramRun(common + ["--runs", "runs.csv"], files: files).output == result.output)
  }

  @Test func machineLikeNoneIsFarAndItsOwnRunIsLeftOut() throws {
    var numbers = SeededNumbers(default: 62)
    let runs = failed(&numbers)
    // Goes on where all others have failed long before.
    let strange = (0..<120).map { "strange,\(10 * $0),\(($0 < 80 ? 1 : 30) * (1 + 0.01 * numbers.gaussian()))" }
    let files = ["t.csv": table(runs + strange), "runs.csv": table(runs)]
    let rows = rows(try ProgramRun(common + ["--runs", "runs.csv"], files: files).output)
    let own = rows.filter { $0[0] == "fast2" && $0[4] == "degrading" }
    #expect(!own.isEmpty && own.allSatisfy { !$0[12].contains("fast2") && $0[12].contains("fast") })
    let last = try #require(rows.last { $0[0] == "strange" })
    #expect(try #require(Double(last[11])) > 5, "\(last)")
    // One's own run alone: nothing is left to compare with.
    let alone = ["t.csv": table(strange), "runs.csv": table(strange)]
    let none = self.rows(try ProgramRun(common + ["--runs", "runs.csv"], files: alone).output)
    #expect(none.last?[4] == "degrading" && none.last?[8...].allSatisfy(\.isEmpty) == true)
  }

  @Test func runsThatCannotBeComparedAreRefused() throws {
    var numbers = SeededNumbers(default: 63)
    let machine = run("mine", level: 1, healthy: 60, rate: 0.04, &numbers)
    let long = (0..<4200).map { "long,\($0 * 10),1" }
    let files = [
      "t.csv": table(machine), "short.csv": table(Array(machine.prefix(31))), "long.csv": table(long),
      "other.csv": table(run("other", level: 1, healthy: 60, rate: 0.04, step: 5, &numbers)), "none.csv": table([]),
      "ok.csv": table(machine), "broken.csv": Data("machine,t,rms\na,1\n".utf8), "names.csv": Data("a,t,rms\n".utf8),
    ]
    let cases: [([String], Int32, String)] = [
      (["--runs", "short.csv"], 65, "run \"mine\" has 1 values after the 30 that are learned from"),
      (["--runs", "long.csv"], 65, "run \"long\" has more than 4096 values"),
      (["--runs", "other.csv"], 65, "lines of \"mine\" are 10.0 apart, those of the run \"other\" 5.0"),
      (["--runs", "none.csv"], 65, "0 runs"),
      (["--runs", "broken.csv"], 65, "broken.csv:2: 2 fields where the header has 3"),
      (["--runs", "names.csv"], 65, "names.csv:1: no column \"machine\""),
      (["--runs", "ok.csv", "--window", "2"], 64, "--window"),
    ]
    for (arguments, code, text) in cases {
      let result = try ProgramRun(common + arguments, files: files)
      #expect(result.code == code && result.output.isEmpty, "\(arguments)")
      #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
    }
    let nameless = try ProgramRun(["trend", "--input", "t.csv", "--index", "rms", "--runs", "ok.csv"], files: files)
    #expect(nameless.code == 64 && nameless.errors.contains("--runs wants --by"))
  }
}
