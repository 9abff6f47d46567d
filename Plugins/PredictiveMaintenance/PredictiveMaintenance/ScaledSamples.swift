/// Waveforms of counts in the unit that they are worth; keeps its room from waveform to waveform.
final class ScaledSamples {
  private let factor: Float
  private var room: UnsafeMutableBufferPointer<Float>

  /// Nil where samples are in their unit already.
  init?(_ scale: Double) {
    guard scale != 1 else { return nil }
    factor = Float(scale)
    room = .allocate(capacity: 1)
  }

  deinit {
    room.deallocate()
  }

  /// - Returns: what is valid until the next call.
  func of(_ samples: UnsafeBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
    if room.count < samples.count {
      room.deallocate()
      room = .allocate(capacity: samples.count)
    }
    for i in 0..<samples.count { room[i] = samples[i] * factor }
    return UnsafeBufferPointer(rebasing: room[..<samples.count])
  }
}
