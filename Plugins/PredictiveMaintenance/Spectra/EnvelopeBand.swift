/// Which part of the spectrum is demodulated.
package enum EnvelopeBand: String, CaseIterable, Hashable, Sendable {
  /// The band that the fast kurtogram finds in this block.
  case automatic = "auto"
  /// Everything from 0 to Nyquist.
  case whole
  /// Everything, each bin set to the same magnitude (cepstrum prewhitening): strong machine tones no longer hide weak impacts.
  case white
  /// The mean over the sixteen bands of `EnvelopeBank`: what several bands agree on.
  case bank
}
