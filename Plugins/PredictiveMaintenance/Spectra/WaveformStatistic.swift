/// A number that a block of samples amounts to.
package enum WaveformStatistic: Hashable, Sendable {
  case mean
  case rms
  case peak
  case crest
  case kurtosis
  case skewness
  case shape
  case impulse
  case spectralCentroidHz
  /// log10 of the share of the power in the k-th twelfth of 0…Nyquist, k = 0…11.
  case bandEnergy(Int)
  /// Of the vibration's velocity, 10-1000 Hz. NaN for a block of less than 0.2 s or a sample rate below 2000 Hz.
  case velocityRmsMmS
  /// Amplitude of the tone at 1…10 times the shaft's speed.
  case orderAmplitude(Int)
  /// How much a fault's line stands out of the envelope spectrum: see `EnvelopeSpectrum`.
  case envelopeOrder(BearingFault, harmonic: Int, band: EnvelopeBand)
  /// The mean of the same at the line's side bands: ± a turn of the shaft; for the ball, ± a turn of the cage.
  case envelopeSideband(BearingFault, harmonic: Int, band: EnvelopeBand)
  case envelopeShaft(harmonic: Int, band: EnvelopeBand)
  /// Excess kurtosis of the band's analytic signal. Not of the bank.
  case envelopeKurtosis(EnvelopeBand)
  /// Of the kurtogram's choice.
  case bandCentreHz
  case bandWidthHz

  package static let bandCount = 12
  package static let orderRange = 1...10
  package static let harmonics = EnvelopeLines.harmonics

  /// What is known of a bearing's faults, in order: what sixteen bands agree on.
  package static let diagnosis: [WaveformStatistic] =
    [BearingFault.inner, .outer, .ball].flatMap { fault in
      harmonics.map { .envelopeOrder(fault, harmonic: $0, band: .bank) }
    } + [.envelopeOrder(.cage, harmonic: 1, band: .bank)]

  /// And how peaked the waveform is.
  package static let classifier: [WaveformStatistic] = diagnosis + [.shape]

  package var needsBearing: Bool {
    switch self {
    case .envelopeOrder, .envelopeSideband: true
    case .envelopeShaft(_, let band): band == .bank
    default: false
    }
  }

  package var needsSpeed: Bool {
    switch self {
    case .envelopeOrder, .envelopeSideband, .envelopeShaft, .orderAmplitude: true
    default: false
    }
  }
}
