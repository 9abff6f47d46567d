#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Spectra

  /// What a recording says of its bearing, for a person and for a program.
  struct BearingResult {
    var run: BearingRun
    var diagnosis: BearingDiagnosis
    var orders: FaultOrders
    var unusableBlocks: Int
    /// Of `BearingRun.averaged`, over the blocks.
    var means: [Double]
    /// The prewhitened envelope spectrum, mean over the blocks, in multiples of its median.
    var picture: [Double]
    var resolutionHz: Double

    var shaftHz: Double { run.speedRpm / 60 }
    var zone: VibrationSeverity.Zone? { run.severity.zone(velocityRmsMmS: mean(.velocityRmsMmS)) }

    func mean(_ statistic: WaveformStatistic) -> Double {
      BearingRun.averaged.firstIndex(of: statistic).map { means[$0] } ?? .nan
    }

    static func partName(_ fault: BearingFault) -> String {
      switch fault {
      case .outer: "outer ring"
      case .inner: "inner ring"
      case .ball: "ball"
      case .cage: "cage"
      }
    }

    static func lineName(_ fault: BearingFault) -> String {
      switch fault {
      case .outer: "BPFO"
      case .inner: "BPFI"
      case .ball: "2 BSF"
      case .cage: "FTF"
      }
    }

    var title: String {
      let (speed, length): (String, String)
      if let shaft = run.shaft {
        speed =
          "\(rounded(shaft.slowestRpm, 0)) to \(rounded(shaft.fastestRpm, 0)) r/min by the tachometer "
          + "(mean \(rounded(shaftHz, 2)) Hz, all Hz of lines are at the mean)"
        length = "at equal angles (\(rounded(Double(run.blockCount) / Double(shaft.samplesPerTurn), 1)) turns)"
      } else {
        speed = "\(rounded(run.speedRpm, 0)) r/min (\(rounded(shaftHz, 2)) Hz)"
        length = "(\(rounded(Double(run.blockCount) / run.configuration.sampleRateHz, 2)) s)"
      }
      return "Bearing \(run.bearingName) at \(speed): \(diagnosis.blocks) blocks of \(run.blockCount) samples \(length)"
        + (unusableBlocks > 0 ? ", \(unusableBlocks) not usable" : "")
    }

    /// One sentence.
    var verdict: String {
      let shares = diagnosis.candidates.map { "\(Self.partName($0.fault)) \(percent($0.probability))" }
      let list = shares.joined(separator: ", ") + ", no line of a fault \(percent(diagnosis.noneProbability))"
      if let fit = diagnosis.speedFit, !fit.isFitting {
        return "The speed does not fit: lines stand as a fault's would at \(rounded(fit.scale, 2)) times the stated "
          + "\(rounded(run.speedRpm, 0)) r/min (\(rounded(fit.scale * run.speedRpm, 0)) r/min). Check speed and bearing; "
          + "no part is named (another speed \(percent(diagnosis.otherSpeedProbability)), \(list))."
      }
      guard let fault = diagnosis.fault else { return "No fault's lines stand out (\(list))." }
      return "Damage of the \(Self.partName(fault)) is most likely (\(list))."
    }

    private func rounded(_ value: Double, _ places: Int) -> String { FixedDecimal.text(value, places: places) }
    private func percent(_ share: Double) -> String { FixedDecimal.text(100 * share, places: 0) + " %" }

    func text() -> String {
      let rows = diagnosis.lines.map { line in
        [
          Self.partName(line.fault), "\(line.harmonic) x \(Self.lineName(line.fault))", rounded(line.order, 3),
          rounded(line.expectedHz, 1), rounded(line.seenHz, 1), rounded(line.timesNoise, 2),
          line.prominence >= BearingDiagnosis.tellingProminence ? "stands out" : "",
        ]
      }
      let head = ["part", "line", "order", "expected Hz", "seen Hz", "times noise", ""]
      var out = title + "\n\n" + verdict + "\n" + TextTable.section(head, rows) + "\n"
      let unit = run.configuration.unit == .g ? "g" : "m/s2"
      out += "Vibration: RMS \(rounded(mean(.rms), 4)) \(unit), peak \(rounded(mean(.peak), 3)) \(unit), "
      out += "crest factor \(rounded(mean(.crest), 1)), kurtosis \(rounded(mean(.kurtosis), 1)) (3 is noise).\n"
      if let zone {
        out +=
          "Velocity 10-1000 Hz: \(rounded(mean(.velocityRmsMmS), 2)) mm/s RMS, zone \(zone.rawValue) of ISO 20816-3, "
        out += "group \(run.severity.group.rawValue), \(run.severity.foundation.rawValue): \(zone.meaning).\n"
      } else {
        out += "Velocity: blocks of 0.2 s and 2000 samples a second at least are needed for 10-1000 Hz.\n"
      }
      return out + "Most impulsive band: around \(rounded(mean(.bandCentreHz), 0)) Hz, "
        + "\(rounded(mean(.bandWidthHz), 0)) Hz wide, kurtosis \(rounded(mean(.envelopeKurtosis(.automatic)), 1)) (0 is noise).\n"
    }
  }
#endif
