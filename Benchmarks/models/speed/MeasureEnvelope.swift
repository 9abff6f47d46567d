import Glibc
import Spectra

/// The envelope spectrum of 8192 samples at a bearing's fault orders: of the whole band, and of the kurtogram's choice.
func measureEnvelope() -> [(String, Double)] {
  guard let entry = BearingCatalogue.entry("6205") else { return [] }
  let analyser = WaveformAnalyser(.init(sampleRateHz: 12_000, bearing: entry.geometry))
  var noise = SeededSignal(seed: 4)
  let blocks = (0..<8).map { _ in
    (0..<8192).map { i in
      let ring = exp(-Double(i % 112) / 6) * sin(Double(i) * 1.6)
      return Float(noise.gaussian() + 3 * ring)
    }
  }
  var sum = 0.0
  func us(_ band: EnvelopeBand) -> Double {
    Stopwatch.nsPerOperation(blocks.count) {
      for block in blocks {
        block.withUnsafeBufferPointer { samples in
          guard case .usable = analyser.begin(samples, speedRpm: 1797) else { return }
          for harmonic in 1...3 {
            sum += analyser.value(of: .envelopeOrder(.outer, harmonic: harmonic, band: band))
            sum += analyser.value(of: .envelopeOrder(.inner, harmonic: harmonic, band: band))
          }
        }
      }
    } / 1000
  }
  let (whole, automatic) = (us(.whole), us(.automatic))
  precondition(sum.isFinite)
  return [("model.envelope_8192_us", automatic), ("model.envelope_whole_band_8192_us", whole)]
}
