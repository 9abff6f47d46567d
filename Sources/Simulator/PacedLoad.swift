internal import JSONText

/// Scalar messages at a set rate, spread over many assets in turn: temperatures that stay where they are.
final class PacedLoad: SimulatedDevice {
  private let series: [Series]
  private let means: [Double]
  private var random: SeededRandom
  private let ratePerS: Int64
  private var count: Int64 = 0

  /// Without rounding errors that add up.
  var dueNs: Int64 { count / ratePerS * 1_000_000_000 + count % ratePerS * 1_000_000_000 / ratePerS }

  init(site: String, ratePerS: Int, seed: UInt64, _ output: MessageOutput) {
    self.ratePerS = Int64(ratePerS)
    random = SeededRandom(seed: seed, for: "\(site)/load")
    series = (0..<SimulatorLimits.loadAssets).map { i in
      let source = "\(site)/load/sensor-\(GS1.padded(i + 1, 3))"
      return output.makeSeries(stream: "temperature", source: source, topic: "\(source)/temperature")
    }
    var random = random
    means = series.map { _ in random.number(in: 30...60) }
    self.random = random
  }

  func act(_ output: MessageOutput) {
    let now = dueNs
    let i = Int(count % Int64(series.count))
    count += 1
    let value = (means[i] + 0.3 * random.normal()).rounded(places: 2)
    output.emit(series[i], atNs: now) { $0.member("value", value) }
  }
}
