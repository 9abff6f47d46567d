// The words of a feature specification for the statistics of a block.

extension WaveformStatistic {
  private static let plain: [(word: String, statistic: WaveformStatistic)] = [
    ("mean", .mean), ("rms", .rms), ("peak", .peak), ("crest", .crest), ("kurtosis", .kurtosis),
    ("skewness", .skewness), ("shape", .shape), ("impulse", .impulse), ("spectral_centroid", .spectralCentroidHz),
    ("velocity_rms", .velocityRmsMmS), ("band_centre", .bandCentreHz), ("band_width", .bandWidthHz),
  ]

  package static let words: [String] =
    plain.map(\.word) + [
      "band_energy", "order_amplitude", "envelope_order", "envelope_sideband", "envelope_shaft", "envelope_kurtosis",
    ]

  /// From the members of a feature's entry; nil: no statistic of a waveform with these parameters.
  ///
  /// - Parameters:
  ///   - fault: `outer`, `inner`, `ball` or `cage`
  ///   - harmonic: 1, 2 or 3; 1 when not given
  ///   - band: `auto` (when not given), `whole`, `white` or `bank`
  ///   - index: of `band_energy` (0…11) and `order_amplitude` (1…10)
  package init?(
    statistic: String, fault: String? = nil, harmonic: Int? = nil, band: String? = nil, index: Int? = nil
  ) {
    let order = harmonic ?? 1
    guard Self.harmonics.contains(order), let band = EnvelopeBand(rawValue: band ?? "auto") else { return nil }
    let part = fault.flatMap(BearingFault.init(rawValue:))
    if fault != nil, part == nil { return nil }
    switch (statistic, part, index) {
    case ("band_energy", nil, let index?) where (0..<Self.bandCount).contains(index): self = .bandEnergy(index)
    case ("order_amplitude", nil, let index?) where Self.orderRange.contains(index): self = .orderAmplitude(index)
    case ("envelope_order", let part?, nil): self = .envelopeOrder(part, harmonic: order, band: band)
    case ("envelope_sideband", let part?, nil): self = .envelopeSideband(part, harmonic: order, band: band)
    case ("envelope_shaft", nil, nil): self = .envelopeShaft(harmonic: order, band: band)
    case ("envelope_kurtosis", nil, nil) where band != .bank: self = .envelopeKurtosis(band)
    case (let word, nil, nil):
      guard let found = Self.plain.first(where: { $0.word == word }) else { return nil }
      self = found.statistic
    default: return nil
    }
  }

  /// For a feature that is given none.
  package var name: String {
    switch self {
    case .bandEnergy(let index): "band_energy_\(index)"
    case .orderAmplitude(let order): "order_amplitude_\(order)"
    case .envelopeOrder(let fault, let harmonic, let band):
      "envelope_\(fault.rawValue)_\(harmonic)\(Self.suffix(band))"
    case .envelopeSideband(let fault, let harmonic, let band):
      "envelope_\(fault.rawValue)_side_\(harmonic)\(Self.suffix(band))"
    case .envelopeShaft(let harmonic, let band): "envelope_shaft_\(harmonic)\(Self.suffix(band))"
    case .envelopeKurtosis(let band): "envelope_kurtosis\(Self.suffix(band))"
    default: Self.plain.first { $0.statistic == self }?.word ?? ""
    }
  }

  private static func suffix(_ band: EnvelopeBand) -> String {
    band == .automatic ? "" : "_" + band.rawValue
  }
}
