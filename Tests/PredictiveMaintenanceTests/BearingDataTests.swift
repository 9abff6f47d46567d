// Measured bearings (CWRU Bearing Data Center, 12 kHz drive end) in $CROSSDOCK_DATA/data/cwru; skipped where they are not.
import CrossdockPlugin
import Fixtures
import Foundation
import JSONText
import PredictiveMaintenance
import Testing

private let cwru = DataSets.folder("cwru")
private let normalFile = cwru.appending(path: "1797_Normal.f32")
private let isThere = DataSets.isThere(normalFile)

private func windows(_ file: URL, of count: Int = 2048) throws -> [[Float]] {
  let bytes = try Data(contentsOf: file)
  return stride(from: 0, through: bytes.count / 4 - count, by: count).map { start in
    (start..<(start + count)).map { i in
      Float(bitPattern: bytes[(4 * i)..<(4 * i + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
  }
}

private func feed(_ bench: PluginBench, _ windows: some Sequence<[Float]>) throws -> [JSONValue] {
  for samples in windows { bench.add(stream: "vibration", source: "motor", eventTimeNs: 0, samples: samples) }
  return try bench.run().map { try JSONValue.parse($0.body) }
}

@Suite(.enabled(if: isThere, "no \(normalFile.path)")) struct BearingDataTests {
  private func makeBench() throws -> PluginBench {
    try PluginBench(
      MaintenanceModel.self, streams: [.init(name: "vibration", columns: [])], writes: ["alerts"])
  }

  @Test func faultyBearingsAreAlertedAndTheHealthyOneIsNot() throws {
    let normal = try windows(normalFile)
    let bench = try makeBench()
    #expect(try feed(bench, normal).isEmpty)
    print("CWRU: learned on 50 of \(normal.count) healthy windows, no alert on the other \(normal.count - 50)")
    let healthy = bench.checkpoint()
    let files = try FileManager.default.contentsOfDirectory(atPath: cwru.path).sorted()
      .filter { $0.hasSuffix("_DE12.f32") && $0.hasPrefix("1797_") }
    var missed: [String] = []
    for file in files {
      let bench = try makeBench()
      _ = try feed(bench, [normal[0]])
      try bench.restore(healthy)
      let alerts = try feed(bench, try windows(cwru.appending(path: file)))
      let opened = alerts.first { $0["state"]?.string == "opened" }
      // One window of the first instance, then the file's own: sequence 1 + position.
      let delay = opened?["inputs"]?["last"]?.integer.map { "\($0 - 1)" } ?? "-"
      print("CWRU \(file): alert after \(delay) windows, score \(opened?["score"]?.number ?? .nan)")
      if opened == nil { missed.append(file) }
      #expect(alerts.count { $0["state"]?.string == "opened" } <= 1)
    }
    print("CWRU: \(files.count - missed.count) of \(files.count) faulty bearings alerted; missed: \(missed)")
    #expect(missed.isEmpty)
  }
}
