import Foundation
import Seeded
import SignalFeatures
import Testing

/// Windows that are kept up to date, against the same statistics made from scratch in two passes.
@Suite struct WindowTests {
  private static let statistics = [
    "mean", "variance", "skewness", "kurtosis", "min", "max", "slope", "slope_per_s", "rms", "median",
  ]

  private static func fromScratch(_ statistic: String, _ x: [Double], _ t: [Double]) -> Double {
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    func moment(_ k: Int) -> Double { x.reduce(0) { $0 + pow($1 - mean, Double(k)) } / n }
    func slope(_ t: [Double]) -> Double {
      let middle = t.reduce(0, +) / n
      let square = t.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
      return square > 0 ? zip(t, x).reduce(0) { $0 + ($1.0 - middle) * ($1.1 - mean) } / square : 0
    }
    switch statistic {
    case "mean": return mean
    case "variance": return x.count > 1 ? moment(2) * n / (n - 1) : 0
    case "skewness": return moment(2) > 0 ? moment(3) / pow(moment(2), 1.5) : .nan
    case "kurtosis": return moment(2) > 0 ? moment(4) / (moment(2) * moment(2)) : .nan
    case "min": return x.min() ?? .nan
    case "max": return x.max() ?? .nan
    case "slope": return slope((0..<x.count).map(Double.init))
    case "slope_per_s": return slope(t)
    case "rms": return (x.reduce(0) { $0 + $1 * $1 } / n).squareRoot()
    default:
      let sorted = x.sorted()
      return (sorted[(x.count - 1) / 2] + sorted[x.count / 2]) / 2
    }
  }

  /// 1e-9 of the statistic's scale, and what a mean's last bit costs: 2^-48 of the values' size.
  private static func isEqual(_ statistic: String, _ value: Double, _ expected: Double, _ x: [Double]) -> Bool {
    if value.isNaN || expected.isNaN { return value.isNaN && expected.isNaN }
    let size = x.reduce(0) { max($0, $1.magnitude) }
    let spread = (x.max() ?? 0) - (x.min() ?? 0)
    // All values the same but for rounding: the ratios are not to be compared.
    if spread < 1e-6 * size, statistic == "skewness" || statistic == "kurtosis" { return true }
    let scale = ["variance": spread * spread, "slope": spread, "slope_per_s": spread][statistic] ?? max(size, 1)
    let bit = size * 0x1p-48 * (statistic == "variance" ? spread : 1)
    return abs(value - expected) <= 1e-9 * max(scale, expected.magnitude) + bit
  }

  @Test(arguments: [1, 2, 7, 30, 100])
  func slidingByCountEqualsFromScratch(length: Int) throws {
    var numbers = SeededNumbers(SeededNumbers.seed(default: 11) &+ UInt64(length))
    let specification = try specification(
      features: Self.statistics.map { feature($0, #""count":\#(length)"#) })
    var extractor = FeatureExtractor(FeaturePlan(specification))
    var values: [Double] = []
    for i in 0..<400 {
      // An offset, a run of equal values, and a jump of nine magnitudes that leaves again.
      let jump = (200..<210).contains(i) ? 1e9 : 0
      values.append((50..<60).contains(i) ? 1000 : 1000 + jump + numbers.gaussian())
      let row = extractor.rows(Record(values: [values[i]], timeNs: Int64(i) * 500_000_000))[0].values
      let window = Array(values.suffix(length))
      let times = (0..<window.count).map { Double(i - window.count + 1 + $0) * 0.5 }
      for (statistic, value) in zip(Self.statistics, row) {
        let expected = Self.fromScratch(statistic, window, times)
        #expect(Self.isEqual(statistic, value, expected, window), "\(statistic) at \(i): \(value), \(expected)")
      }
    }
  }

  /// What is far larger and has left the window has left no trace: the same values without it give the same, but for the last bits.
  @Test func whatHasLeftLeavesNoTrace() throws {
    let specification = try specification(features: [feature("std", #""count":5"#), feature("mean", #""count":5"#)])
    let table = [1e15, 1, 2, 3, 4, 5].map { [$0] }
    let last = try #require(rows(specification, table).last)
    #expect(isNear(last[0], 2.5.squareRoot()) && isNear(last[1], 3))
  }

  @Test func slidingByTimeEqualsFromScratch() throws {
    var numbers = SeededNumbers(default: 12)
    let specification = try specification(
      window: #"{"emit_every_count":1,"capacity":200}"#,
      features: Self.statistics.map { feature($0, #""seconds":20"#) })
    var extractor = FeatureExtractor(FeaturePlan(specification))
    var records: [(ns: Int64, value: Double)] = []
    var ns: Int64 = 1_700_000_000_000_000_000
    for i in 0..<400 {
      ns += i % 50 == 49 ? 30_000_000_000 : Int64(numbers.next() % 1_000_000_000)
      records.append((ns, 5 + numbers.gaussian()))
      let row = extractor.rows(Record(values: [records[i].value], timeNs: ns))[0].values
      let window = records.filter { $0.ns > ns - 20_000_000_000 }
      let (x, t) = (window.map(\.value), window.map { Double($0.ns - ns) / 1e9 })
      for (statistic, value) in zip(Self.statistics, row) {
        let expected = Self.fromScratch(statistic, x, t)
        #expect(Self.isEqual(statistic, value, expected, x), "\(statistic) at \(i): \(value), \(expected)")
      }
    }
  }

  @Test func constantSignalHasNoSpreadAtAll() throws {
    let names = ["std", "slope", "range", "skewness", "kurtosis"]
    let specification = try specification(features: names.map { feature($0, #""count":30"#) })
    for row in rows(specification, Array(repeating: [0.1 + 0.2], count: 100)) {
      #expect(row[0] == 0 && row[1] == 0 && row[2] == 0 && row[3].isNaN && row[4].isNaN)
    }
  }

  @Test func windowByTimeThatIsFullSaysSo() throws {
    let specification = try specification(
      window: #"{"emit_every_count":1,"capacity":3}"#, features: [feature("count", #""seconds":100"#)])
    var extractor = FeatureExtractor(FeaturePlan(specification))
    let all = (0..<5).flatMap { extractor.rows(Record(values: [1], timeNs: $0 * 1_000_000_000)) }
    #expect(all.map { $0.values[0] } == [1, 2, 3, 3, 3])
    #expect(all.map { $0.reasons.contains(.windowFull) } == [false, false, false, true, true])
    #expect(extractor.count(.windowFull) == 2)
  }

  @Test func nothingIsGivenBeforeTheWarmUpIsOver() throws {
    let specification = try specification(
      window: #"{"emit_every_count":2,"warm_up_count":4}"#, features: [feature("mean", #""count":10"#)])
    #expect(rows(specification, [[1], [2], [3], [4], [5], [6]]) == [[2.5], [3.5]])
  }

  @Test func memoryIsStatedAndNotExceeded() throws {
    let specification = try specification(
      features: [feature("mean", #""count":1000"#), feature("kurtosis", #""seconds":60"#)])
    var extractor = FeatureExtractor(FeaturePlan(specification))
    for i in 0..<5000 { _ = extractor.rows(Record(values: [Double(i)], timeNs: Int64(i) * 10_000_000)) }
    #expect(extractor.encoded().count < specification.bytesPerAsset)
    #expect(specification.bytesPerAsset < 100_000)
  }
}
