extension WaveformAnalyser {
  /// The envelope spectrum of a band of the block at hand, from 0 to `upToHz`, each bin in multiples of the median of all of them: 1 is
  /// the usual height of noise. Empty when the block is not usable or the band is too narrow. For pictures.
  package func envelopeSpectrum(_ band: EnvelopeBand, upToHz: Double) -> [Double] {
    guard outcome == .usable, band != .bank else { return [] }
    let spectrum = envelope(band)
    let count = min(spectrum.binCount, Int(max(0, upToHz) / spectrum.resolutionHz) + 1)
    guard count >= EnvelopeSpectrum.minBins else { return [] }
    var bins = (0..<count).map { Float(spectrum.amplitude($0)) }
    let values = bins.map(Double.init)
    let median = bins.withUnsafeMutableBufferPointer {
      Double(OrderStatistic.select($0.baseAddress!, count, rank: count / 2))
    }
    return median > 0 ? values.map { $0 / median } : []
  }

  /// Hertz from one bin to the next, of this block.
  package var resolutionHz: Double {
    outcome == .usable ? spectrum().resolutionHz : .nan
  }
}
