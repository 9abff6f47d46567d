// Order tracking (Fyfe & Munck 1997, "Analysis of computed order tracking"): where the speed changes within a block, a line smears over
// the frequencies that it passes. Samples at equal steps of the shaft's angle put it back in one bin. Between two pulses the speed is
// taken as constant; between two samples Catmull and Rom's cubic is used. What was resampled is analysed as a block of
// `samplesPerTurn` samples a second at 60 r/min: hertz are then orders.

/// Samples at equal steps of angle, from samples at equal steps of time and the pulses of a tachometer.
package struct AngleResampler: Equatable, Sendable {
  package static let pulsesPerTurnRange = 1...1024
  package static let samplesPerTurnRange = 8...16384

  package let pulsesPerTurn: Int
  package let samplesPerTurn: Int

  /// nil: a number is out of its range.
  package init?(pulsesPerTurn: Int, samplesPerTurn: Int) {
    guard Self.pulsesPerTurnRange.contains(pulsesPerTurn), Self.samplesPerTurnRange.contains(samplesPerTurn) else {
      return nil
    }
    self.pulsesPerTurn = pulsesPerTurn
    self.samplesPerTurn = samplesPerTurn
  }

  /// Whole steps between the first and the last pulse that lie within the samples; empty when there are fewer than two, or when they
  /// do not rise. From the step `first` after the first pulse on, at most `count` samples.
  package func resample(
    _ samples: UnsafeBufferPointer<Float>, pulses: [Double], from first: Int = 0,
    count wanted: Int = WaveformAnalyser.sampleCounts.upperBound
  ) -> [Float] {
    let inside = pulses.filter { $0 >= 0 && $0 <= Double(samples.count - 1) }
    guard samples.count >= 4, inside.count >= 2 else { return [] }
    for i in 1..<inside.count where inside[i] <= inside[i - 1] { return [] }
    let pulsesPerSample = Double(pulsesPerTurn) / Double(samplesPerTurn)
    let first = max(0, first)
    let count = min(Int(Double(inside.count - 1) / pulsesPerSample) - first, wanted)
    guard count > 0 else { return [] }
    var out: [Float] = []
    out.reserveCapacity(count)
    for k in first..<(first + count) {
      let pulse = Double(k) * pulsesPerSample
      let i = min(Int(pulse), inside.count - 2)
      out.append(Self.cubic(samples, at: inside[i] + (pulse - Double(i)) * (inside[i + 1] - inside[i])))
    }
    return out
  }

  /// Turns a minute between each two pulses.
  package func speedsRpm(pulses: [Double], sampleRateHz: Double) -> [Double] {
    guard pulses.count > 1 else { return [] }
    return (1..<pulses.count).map { 60 * sampleRateHz / ((pulses[$0] - pulses[$0 - 1]) * Double(pulsesPerTurn)) }
  }

  private static func cubic(_ x: UnsafeBufferPointer<Float>, at position: Double) -> Float {
    let i = min(max(Int(position), 1), x.count - 3)
    let t = position - Double(i)
    let (a, b, c, d) = (Double(x[i - 1]), Double(x[i]), Double(x[i + 1]), Double(x[i + 2]))
    let cubic = (3 * (b - c) + d - a) * t
    return Float(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + cubic)))
  }
}
