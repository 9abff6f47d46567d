internal import Prognosis

/// What is followed of a vibration sensor beyond its baselines. A class: an asset of columns has none.
final class WaveformWear {
  var bearing = BearingScores()
  /// Where the RMS goes.
  var prognosis = DegradationPrognosis()
  var age = ObservedAge()
  /// Of the RMS, where drift is watched.
  var drift: SignalDrift?

  /// Sensor replaced, maintenance done. The age goes on: it only measures.
  func reset() {
    bearing = BearingScores()
    prognosis.reset()
    drift?.reset()
  }
}
