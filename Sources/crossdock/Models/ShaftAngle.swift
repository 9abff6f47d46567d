#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Records
  import Spectra

  /// The shaft's angle over a recording, from the tachometer that was recorded with it.
  ///
  /// Steps of angle are as small as a sample is at the slowest speed, so that nothing is folded down. What is resampled counts as taken at
  /// `sampleRateHz`, the steps a second at the mean speed: a frequency that goes with the shaft is then the one at the mean speed.
  struct ShaftAngle {
    /// Between pulses the shaft cannot change its speed so much: a pulse was missed, or there is one too many.
    private static let largestStepOfSpeed = 1.8

    let slowestRpm: Double
    let fastestRpm: Double
    let meanRpm: Double
    let samplesPerTurn: Int
    /// Samples at equal angles between the first pulse and the last.
    let count: Int
    private let pulses: [Double]
    private let resampler: AngleResampler

    /// - Throws: when the lengths differ, or the pulses give no speed, with the place.
    init(
      _ signal: [Float], _ path: String, vibrationCount: Int, rateHz: Double, pulsesPerTurn: Int
    ) throws(CrossdockError) {
      guard signal.count == vibrationCount else {
        throw Self.wrong(path, "\(signal.count) samples, where the vibration has \(vibrationCount)")
      }
      let pulses = signal.withUnsafeBufferPointer { TachometerPulses.positions($0) }
      guard pulses.count > 1, let first = pulses.first, let last = pulses.last else {
        throw Self.wrong(
          path, "\(pulses.count) pulses give no speed", "are all samples finite, and is it the right file?")
      }
      for i in stride(from: 2, to: pulses.count, by: 1) {
        let (before, after) = (pulses[i - 1] - pulses[i - 2], pulses[i] - pulses[i - 1])
        guard max(before, after) < Self.largestStepOfSpeed * min(before, after) else {
          throw Self.wrong(
            path,
            "pulse \(i + 1) is \(FixedDecimal.text(after, places: 1)) samples after the one before, at sample "
              + "\(FixedDecimal.text(pulses[i], places: 0)); that one was \(FixedDecimal.text(before, places: 1)) after its own",
            "a pulse was missed or is one too many; cut standstill and start off")
        }
      }
      let gaps = (1..<pulses.count).map { pulses[$0] - pulses[$0 - 1] }
      let turnsPerMinute = 60 * rateHz / Double(pulsesPerTurn)
      slowestRpm = turnsPerMinute / (gaps.max() ?? 1)
      fastestRpm = turnsPerMinute / (gaps.min() ?? 1)
      meanRpm = turnsPerMinute * Double(gaps.count) / (last - first)
      // Far beyond the range for a shaft that hardly turns: bounded before it becomes an integer.
      let perTurn = min((60 * rateHz / slowestRpm).rounded(.up), 1e9)
      samplesPerTurn = Int(perTurn)
      guard let resampler = AngleResampler(pulsesPerTurn: pulsesPerTurn, samplesPerTurn: samplesPerTurn) else {
        let range = AngleResampler.samplesPerTurnRange
        throw Self.wrong(
          path,
          "\(samplesPerTurn) samples in the slowest turn, where there can be \(range.lowerBound) to \(range.upperBound)",
          "are --rate and --pulses-per-turn right?")
      }
      count = Int(Double(gaps.count) / (Double(pulsesPerTurn) / perTurn))
      self.pulses = pulses
      self.resampler = resampler
    }

    var sampleRateHz: Double { Double(samplesPerTurn) * meanRpm / 60 }

    /// Blocks at equal angles; what is left over at the end is not a block.
    func blocks(_ samples: [Float], of blockCount: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
      samples.withUnsafeBufferPointer { samples in
        for first in stride(from: 0, through: count - blockCount, by: blockCount) {
          let block = resampler.resample(samples, pulses: pulses, from: first, count: blockCount)
          block.withUnsafeBufferPointer(body)
        }
      }
    }

    private static func wrong(_ path: String, _ reason: String, _ hint: String = "") -> CrossdockError {
      CrossdockError("read the tachometer", at: path, reason: reason, hint: hint, exitCode: .badInput)
    }
  }
#endif
