extension WaveformAnalyser {
  package static let velocityRangeHz = 10.0...1000.0
  /// Two periods of the lowest frequency.
  package static let minVelocityDurationS = 0.2

  /// NaN: not defined for this block.
  package func value(of statistic: WaveformStatistic) -> Double {
    switch outcome {
    case .usable: break
    case .flat(let value):
      switch statistic {
      case .mean: return value
      case .rms, .peak: return 0
      default: return .nan
      }
    case .invalid, .wrongLength: return .nan
    }
    switch statistic {
    case .mean, .rms, .peak, .crest, .kurtosis, .skewness, .shape, .impulse: return timeValue(statistic)
    case .spectralCentroidHz: return spectrum().centroidHz()
    case .bandEnergy(let index): return spectrum().bandShare(index, of: WaveformStatistic.bandCount)
    case .velocityRmsMmS: return velocityRmsMmS()
    case .orderAmplitude(let order):
      guard let shaftHz else { return .nan }
      return spectrum().toneAmplitude(nearHz: Double(order) * shaftHz)
    case .envelopeOrder(let fault, let harmonic, let band): return line(.fault(fault, harmonic: harmonic), band)
    case .envelopeSideband(let fault, let harmonic, let band):
      return line(.sideBands(fault, harmonic: harmonic), band)
    case .envelopeShaft(let harmonic, let band): return line(.shaft(harmonic: harmonic), band)
    case .envelopeKurtosis(let band): return band == .bank ? .nan : envelope(band).kurtosis
    case .bandCentreHz:
      guard let band = chosenBand() else { return .nan }
      return (Double(band.lowBin) + Double(band.bins) / 2) * spectrum().resolutionHz
    case .bandWidthHz:
      guard let band = chosenBand() else { return .nan }
      return Double(band.bins) * spectrum().resolutionHz
    }
  }

  private func timeValue(_ statistic: WaveformStatistic) -> Double {
    let moments = timeDomain()
    switch statistic {
    case .mean: return moments.mean
    case .rms: return moments.rms
    case .peak: return moments.peak
    case .crest: return moments.peak / moments.rms
    case .kurtosis: return moments.kurtosis
    case .skewness: return moments.skewness
    case .shape: return moments.rms / moments.meanMagnitude
    default: return moments.peak / moments.meanMagnitude
    }
  }

  private func velocityRmsMmS() -> Double {
    let spectrum = spectrum()
    let range = Self.velocityRangeHz
    guard spectrum.resolutionHz * Self.minVelocityDurationS <= 1, nyquistHz >= range.upperBound else { return .nan }
    let power = spectrum.integratedPower(fromHz: range.lowerBound, toHz: range.upperBound)
    return 1000 * configuration.unit.factor * power.squareRoot()
  }

  private func line(_ line: EnvelopeLines.Line, _ band: EnvelopeBand) -> Double {
    if band == .bank { return bankLines()?[line] ?? .nan }
    guard let shaftHz else { return .nan }
    func prominence(_ order: Double) -> Double {
      envelope(band).line(order: order, shaftHz: shaftHz)?.prominence ?? .nan
    }
    switch line {
    case .shaft(let harmonic): return prominence(Double(harmonic))
    case .fault(let fault, let harmonic):
      guard let orders else { return .nan }
      return prominence(Double(harmonic) * orders.line(fault))
    case .sideBands(let fault, let harmonic):
      guard let orders else { return .nan }
      let order = Double(harmonic) * orders.line(fault)
      let step = orders.modulation(fault)
      return EnvelopeLines.mean(prominence((order - step).magnitude), prominence(order + step))
    }
  }
}
