/// Where a tachometer's pulses begin, from its signal.
package enum TachometerPulses {
  /// Rising crossings of the middle between the lowest and the highest sample, by linear interpolation between two samples; the signal
  /// must first fall below a quarter of the range again, so that noise on an edge is one pulse. In samples from the start.
  ///
  /// Empty for a signal that is flat or has samples that are not finite.
  package static func positions(_ signal: UnsafeBufferPointer<Float>) -> [Double] {
    guard signal.count > 1 else { return [] }
    var (low, high) = (Double(signal[0]), Double(signal[0]))
    for sample in signal {
      guard sample.isFinite else { return [] }
      low = min(low, Double(sample))
      high = max(high, Double(sample))
    }
    guard high > low else { return [] }
    let middle = (low + high) / 2
    let rearm = low + (high - low) / 4
    var positions: [Double] = []
    var isArmed = Double(signal[0]) < rearm
    for i in 1..<signal.count {
      let (a, b) = (Double(signal[i - 1]), Double(signal[i]))
      if isArmed, b >= middle {
        positions.append(Double(i - 1) + (a < middle ? (middle - a) / (b - a) : 0))
        isArmed = false
      } else if b < rearm {
        isArmed = true
      }
    }
    return positions
  }
}
