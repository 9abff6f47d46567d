// Valve experiments of the Skoltech Anomaly Benchmark in $CROSSDOCK_DATA/data/skab; skipped where they are not.
// `scripts/bench-models` scores all files.
import AnomalyDetection
import Fixtures
import Foundation
import Testing

private let valves = DataSets.folder("skab/valve1")
private let isThere = DataSets.isThere(valves)

@Suite(.enabled(if: isThere, "no \(valves.path)")) struct SkabTests {
  @Test func closedValvesAreFoundWithFewFalseAlarms() throws {
    var (hits, falseAlarms, misses, rests) = (0, 0, 0, 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: valves.path).filter { $0.hasSuffix(".csv") }
    let names = files.sorted().prefix(4)
    for name in names {
      let text = try String(contentsOf: valves.appending(path: name), encoding: .utf8)
      var detector = MultivariateDetector(columnCount: 8)
      for (i, line) in text.utf8.split(separator: 0x0A).dropFirst().enumerated() {
        let cells = line.split(separator: UInt8(ascii: ";")).dropFirst().map { strtod(String(Substring($0)), nil) }
        let isAlert = detector.update(Array(cells.prefix(8))).isAlert
        guard i >= 400 else { continue }
        switch (isAlert, cells[8] > 0) {
        case (true, true): hits += 1
        case (true, false): falseAlarms += 1
        case (false, true): misses += 1
        case (false, false): rests += 1
        }
      }
    }
    let f1 = Double(2 * hits) / Double(2 * hits + falseAlarms + misses)
    let far = Double(falseAlarms) / Double(falseAlarms + rests)
    print("SKAB, \(names.count) valve experiments: F1 \(f1), false alarms \(far)")
    #expect(f1 > 0.81 && far < 0.22)
  }
}
