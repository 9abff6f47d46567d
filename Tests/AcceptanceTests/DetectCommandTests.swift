import Foundation
import Testing

/// `crossdock detect` as a user runs it.
@Suite struct DetectCommandTests {
  private struct Row: Equatable {
    var fields: [Substring]
    var alert: Bool { fields.last == "1" }
  }

  private func detect(_ text: String, _ words: String...) throws -> (code: Int32, rows: [Row], errors: String) {
    let path = NSTemporaryDirectory() + "crossdock-detect-\(UUID().uuidString).csv"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { unlink(path) }
    let (code, output, errors) = try runToEnd("crossdock", ["detect", "--input", path] + words)
    let rows = output.split(separator: "\n").map {
      Row(fields: $0.split(separator: ",", omittingEmptySubsequences: false))
    }
    return (code, rows, errors.replacingOccurrences(of: path, with: "F.csv"))
  }

  /// A daily pattern with one spike.
  private func signal(_ count: Int, spikeAt: Int, time: (Int) -> String = { "\($0)" }) -> String {
    var text = "timestamp,value\n"
    for i in 0..<count {
      let value = i == spikeAt ? 90.0 : 20 + 10 * sin(2 * Double.pi * Double(i) / 288) + Double(i * 37 % 11) / 11
      text += "\(time(i)),\(value)\n"
    }
    return text
  }

  @Test func everyRowComesBackInOrderWithAScoreUnderBothRules() throws {
    let text = signal(2500, spikeAt: 2000)
    let lines = text.split(separator: "\n")
    for rules in ["causal", "nab"] {
      let (code, rows, errors) = try detect(text, "--rules", rules)
      #expect(code == 0, "\(errors)")
      #expect(rows.first?.fields == ["timestamp", "value", "anomaly_score", "alert"])
      #expect(rows.dropFirst().map { $0.fields.prefix(2).joined(separator: ",") } == lines.dropFirst().map(String.init))
      #expect(rows.dropFirst().allSatisfy { (0...1).contains(Double($0.fields[2]) ?? .nan) })
      #expect(rows[2001..<2014].contains { $0.alert })
    }
  }

  /// The order of rows counts, not their times: what it is about the times, a detector of rows does not say.
  @Test func timesBackwardsAndTenYearsApartChangeNothing() throws {
    let plain = try detect(signal(1500, spikeAt: 1200))
    let odd = try detect(
      signal(1500, spikeAt: 1200) { i in i < 700 ? "\(2000 - i)-01-01 00:00:00" : "20\(i)-01-01 00:00:00" })
    #expect(odd.code == 0)
    #expect(plain.rows.map { $0.fields.suffix(3) } == odd.rows.map { $0.fields.suffix(3) })
  }

  @Test func nothingConstantOneAndNoRowAreTaken() throws {
    for rules in ["causal", "nab"] {
      let none = try detect("timestamp,value\n", "--rules", rules)
      #expect(none.code == 0)
      #expect(none.rows.count == 1)
      let one = try detect("timestamp,value\n2026-01-01 00:00:00,5\n", "--rules", rules)
      #expect(one.rows.last?.fields == ["2026-01-01 00:00:00", "5", "0", "0"])
      let constant = try detect(
        "timestamp,value\n" + (0..<1000).map { "\($0),7.5\n" }.joined(), "--rules", rules)
      #expect(constant.rows.count == 1001)
      #expect(constant.rows.dropFirst().allSatisfy { !$0.alert })
      let unusable = try detect("timestamp,value\r\n1,nan\r\n2,-inf\r\n3,\r\n4,NA\r\n", "--rules", rules)
      #expect(unusable.code == 0)
      #expect(unusable.rows.dropFirst().map { $0.fields.suffix(2) } == Array(repeating: ["0", "0"], count: 4))
    }
  }

  @Test(arguments: [
    ("", "F.csv:1: the file is empty"),
    ("timestamp\n1\n", "F.csv:1: one column: a time and at least one value are wanted"),
    ("1,2\n3,4\n", "F.csv:1: a number where the name of a column is wanted: \"2\""),
    ("timestamp,value\n1,2\n2,3,4\n", "F.csv:3: the row has 3 fields, the header has 2"),
    ("timestamp,value\n1,2\n2\n", "F.csv:3: the row has 1 fields, the header has 2"),
    ("timestamp,value\n1,2\n\n3,4 V\n", "F.csv:4: field 2, \"value\", is no number: \"4 V\""),
  ])
  func aBadFileIsRefusedWithItsPlace(text: String, complaint: String) throws {
    let (code, _, errors) = try detect(text)
    #expect(code == 65)
    #expect(errors.contains(complaint), "\(errors)")
  }

  @Test func whatCameBeforeABadLineIsWritten() throws {
    let (code, rows, _) = try detect("timestamp,value\n1,2\n2,3\n3,x\n")
    #expect(code == 65)
    #expect(rows.map { $0.fields[0] } == ["timestamp", "1", "2"])
  }

  @Test func severalColumnsGoToTheDetectorOfManySignals() throws {
    var text = "datetime;a;b;label\n"
    for i in 0..<1200 {
      let fault = i < 1000 ? 0.0 : 8
      text += "\(i);\(fault + Double(i * 37 % 101) / 101);\(Double(i * 53 % 103) / 103 - fault);x\n"
    }
    let (code, rows, errors) = try detect(text, "--ignore", "label")
    #expect(code == 0, "\(errors)")
    #expect(rows.first?.fields == ["datetime", "a", "b", "anomaly_score", "alert"])
    #expect(rows.count == 1201)
    #expect(rows[1100...].allSatisfy { $0.alert })
    #expect(rows[..<1000].filter { $0.alert }.count < 50)
    #expect(try detect(text, "--columns", "a,c").code == 65)
  }

  @Test func wrongUsageIsSaid() throws {
    #expect(try runToEnd("crossdock", ["detect"]).code == 64)
    #expect(try runToEnd("crossdock", ["detect", "--input", "-", "--rules", "nab"], input: "t,v\n1,2\n").code == 64)
    #expect(try runToEnd("crossdock", ["detect", "--input", "-", "--rules", "odd"]).code == 64)
    let stream = try runToEnd("crossdock", ["detect", "--input", "-"], input: "t,v\n1,2\n")
    #expect(stream.code == 0)
    #expect(stream.output == "timestamp,value,anomaly_score,alert\n1,2,0,0\n")
  }
}
