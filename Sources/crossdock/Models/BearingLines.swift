#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Spectra

  /// What the blocks of a recording say of a bearing's lines: the evidence, and the mean envelope spectrum for a picture.
  struct BearingLines {
    private(set) var evidence: BearingEvidence
    private(set) var unusableBlocks = 0
    private(set) var resolutionHz = 0.0
    private var picture: [Double] = []
    private let upToHz: Double

    init(orders: FaultOrders, upToHz: Double) {
      evidence = BearingEvidence(orders: orders)
      self.upToHz = upToHz
    }

    var meanPicture: [Double] { picture.map { $0 / Double(evidence.blocks) } }

    /// Adds the block that the analyser holds. False: it cannot be used, and is counted.
    mutating func add(_ analyser: WaveformAnalyser) -> Bool {
      guard analyser.outcome == .usable, evidence.add(analyser) else {
        unusableBlocks += 1
        return false
      }
      let bins = analyser.envelopeSpectrum(.white, upToHz: upToHz)
      resolutionHz = analyser.resolutionHz
      if picture.isEmpty {
        picture = bins
      } else if picture.count == bins.count {
        for i in bins.indices { picture[i] += bins[i] }
      }
      return true
    }
  }
#endif
