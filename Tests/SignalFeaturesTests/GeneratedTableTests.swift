import Fixtures
import Foundation
import JSONText
import Seeded
import SignalFeatures
import Testing

/// Online equals offline on made-up records of several assets with everything that can be wrong with them: late and early, missing, infinite,
/// out of range. Here every test run has it, with or without the data sets.
@Suite(.serialized) struct GeneratedTableTests {
  @Test(arguments: [
    #"{"emit_every_count":1}"#, #"{"emit_every_count":2,"late_s":3,"late_capacity":6}"#,
    #"{"tumbling_s":7,"gap_s":30}"#,
  ])
  func onlineEqualsOfflineOnGeneratedRecords(window: String) throws {
    var numbers = SeededNumbers(default: 314)
    let specification = try ContinuationTests.specification(window)
    let assets = ["lathe", "press", "saw, old"]
    let records = (0..<3).map { _ in
      ContinuationTests.records(150, &numbers).map { record in
        var record = record
        record.isTrusted = true
        return record
      }
    }
    // Assets in turns, as a plant sends them.
    var online: [[Row]] = [[], [], []]
    var plan = FeaturePlan(specification)
    var extractors = (0..<3).map { _ in FeatureExtractor(plan) }
    var csv = "a;b;asset;ns\n"
    for i in 0..<150 {
      for asset in 0..<3 {
        let record = records[asset][i]
        online[asset] += extractors[asset].rows(record)
        let texts = record.values.map { $0.isNaN ? "" : "\($0)" }
        csv += "\(texts.joined(separator: ";"));\(assets[asset]);\(record.timeNs)\n"
      }
      if numbers.next() % 20 == 0 {
        plan = FeaturePlan(specification)
        extractors = try extractors.map { try .decoded($0.encoded(), plan) }
      }
    }
    for asset in 0..<3 { online[asset] += extractors[asset].finalRows() }

    let program = try FeatureProgram()
    let spec = try program.folder.write(String(decoding: specification.canonical, as: UTF8.self), to: "features.json")
    try program.folder.write(csv, to: "in.csv")
    let result = try program.run(
      ["--spec", spec, "--by", "asset", "--time", "ns", "--time-unit", "ns", "--format", "ndjson", "in.csv"])
    #expect(result.code == 0, "\(result.errors)")
    var offline: [[[UInt64]]] = [[], [], []]
    for line in result.output.split(separator: "\n") {
      let object = try JSONValue.parse(String(line))
      let asset = try #require(assets.firstIndex(of: object["asset"]?.string ?? ""))
      offline[asset].append(
        specification.featureNames.map { (object[$0]?.number ?? Double.nan).bitPattern })
    }
    #expect(offline == online.map { $0.map(\.bits) }, "\(window)")
    #expect(online.allSatisfy { $0.count > 10 })
  }
}
