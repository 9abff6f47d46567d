internal import Glibc

/// Acceleration in g of a motor's bearing housing: turns of the shaft with harmonics, broadband noise that follows the load,
/// and, when the outer race is damaged, an impulse for each ball that passes the spot, ringing at the housing's resonance.
struct VibrationWaveform {
  static let fsHz = 12_000
  static let resonanceHz = 3_100.0
  /// Decay of an impulse's ringing, 1/s.
  static let decayPerS = 900.0
  /// Balls slip: the period varies by about a hundredth.
  static let slip = 0.01

  var sampleCount: Int
  var bearing = Bearing.type6205
  /// Amplitudes in g at 1, 2 and 3 times the turning frequency: unbalance, misalignment, looseness.
  var harmonics: [Double]
  var noise: Double

  /// - Parameters:
  ///   - turnsHz: of the shaft.
  ///   - load: 0 to 1.
  ///   - damage: amplitude in g of the impulses; 0 is a sound bearing.
  func samples(turnsHz: Double, load: Double, damage: Double, _ random: inout SeededRandom) -> [Double] {
    let step = 1 / Double(Self.fsHz)
    let phases = harmonics.map { _ in random.number(in: 0...(2 * Double.pi)) }
    let spread = noise * (0.8 + 0.4 * load)
    var samples = [Double](repeating: 0, count: sampleCount)
    for i in samples.indices {
      let angle = 2 * Double.pi * turnsHz * Double(i) * step
      var value = spread * random.normal()
      for (k, amplitude) in harmonics.enumerated() { value += amplitude * sin(Double(k + 1) * angle + phases[k]) }
      samples[i] = value
    }
    if damage > 0 { addImpulses(to: &samples, turnsHz: turnsHz, damage: damage, &random) }
    return samples.map { $0.rounded(places: 5) }
  }

  private func addImpulses(
    to samples: inout [Double], turnsHz: Double, damage: Double, _ random: inout SeededRandom
  ) {
    let period = 1 / (bearing.outerRacePassesPerTurn * turnsHz)
    let end = Double(samples.count) / Double(Self.fsHz)
    // The first impulse may have struck before the window began.
    var strike = -random.fraction() * period
    while strike < end {
      let amplitude = damage * (1 + 0.15 * random.normal())
      let first = max(0, Int((strike * Double(Self.fsHz)).rounded(.up)))
      // After 6 time constants it is lost in the noise.
      let last = min(samples.count, first + Int(6 / Self.decayPerS * Double(Self.fsHz)))
      if first < last {
        for i in first..<last {
          let age = Double(i) / Double(Self.fsHz) - strike
          samples[i] += amplitude * exp(-Self.decayPerS * age) * sin(2 * Double.pi * Self.resonanceHz * age)
        }
      }
      strike += period * (1 + Self.slip * random.normal())
    }
  }
}
