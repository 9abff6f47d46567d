#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Records
  import Spectra

  /// A recording, block by block.
  struct BearingRun {
    var configuration: WaveformAnalyser.Configuration
    var bearingName: String
    /// With a tachometer the mean.
    var speedRpm: Double
    /// With a tachometer: lines are from blocks at equal angles, levels from blocks in time.
    var shaft: ShaftAngle?
    var blockCount: Int
    var severity: VibrationSeverity

    static let averaged: [WaveformStatistic] = [
      .rms, .peak, .crest, .kurtosis, .velocityRmsMmS, .bandCentreHz, .bandWidthHz, .envelopeKurtosis(.automatic),
    ]

    /// - Throws: when the recording has no block that can be used, with what is wrong with them.
    func diagnose(_ samples: [Float], _ path: String) throws -> BearingResult {
      let analyser = WaveformAnalyser(configuration)
      guard let orders = analyser.orders else { preconditionFailure("the command gives a bearing") }
      var lines = BearingLines(orders: orders, upToHz: 3.4 * orders.inner * speedRpm / 60)
      var sums = [Double](repeating: 0, count: Self.averaged.count)
      var count = 0.0
      blocks(samples) { block in
        let outcome = analyser.begin(block, speedRpm: speedRpm)
        guard shaft == nil ? lines.add(analyser) : outcome == .usable else { return }
        for (i, statistic) in Self.averaged.enumerated() { sums[i] += analyser.value(of: statistic) }
        count += 1
      }
      if let shaft {
        let atAngles = WaveformAnalyser(
          .init(sampleRateHz: shaft.sampleRateHz, bearing: configuration.bearing, unit: configuration.unit))
        shaft.blocks(samples, of: blockCount) { block in
          _ = atAngles.begin(block, speedRpm: speedRpm)
          _ = lines.add(atAngles)
        }
      }
      guard let diagnosis = BearingDiagnosis(lines.evidence), count > 0 else {
        throw nothingToSay(shaft?.count ?? samples.count, path, unusable: lines.unusableBlocks)
      }
      return BearingResult(
        run: self, diagnosis: diagnosis, orders: orders, unusableBlocks: lines.unusableBlocks,
        means: sums.map { $0 / count }, picture: lines.meanPicture, resolutionHz: lines.resolutionHz)
    }

    /// The diagnosis statistics, a line a block; empty fields for a block that is not usable.
    func features(_ samples: [Float]) -> String {
      let analyser = WaveformAnalyser(configuration)
      let statistics = WaveformStatistic.classifier + [.rms, .kurtosis, .crest, .spectralCentroidHz, .velocityRmsMmS]
      var out = "block," + statistics.map(\.name).joined(separator: ",") + "\n"
      var number = 0
      blocks(samples) { block in
        _ = analyser.begin(block, speedRpm: speedRpm)
        let values = statistics.map { analyser.value(of: $0) }
        out += "\(number)," + values.map { $0.isNaN ? "" : "\($0)" }.joined(separator: ",") + "\n"
        number += 1
      }
      return out
    }

    /// What is left over at the end is not a block.
    private func blocks(_ samples: [Float], _ body: (UnsafeBufferPointer<Float>) -> Void) {
      samples.withUnsafeBufferPointer { samples in
        var first = 0
        while first + blockCount <= samples.count {
          body(UnsafeBufferPointer(rebasing: samples[first..<(first + blockCount)]))
          first += blockCount
        }
      }
    }

    private func nothingToSay(_ sampleCount: Int, _ path: String, unusable: Int) -> CrossdockError {
      let reason: String
      var hint = ""
      if sampleCount < blockCount {
        let what = shaft == nil ? "samples" : "samples at equal angles, between the first pulse and the last,"
        reason = "\(sampleCount) \(what) are less than a block of \(blockCount)"
        hint = "give a smaller --block"
      } else if unusable > 0 {
        reason = "none of its \(unusable) blocks can be used: samples that are not finite, or all the same"
      } else {
        reason = "a block of \(blockCount) samples is too short to tell the lines of a bearing at this speed apart"
        hint = "give a larger --block"
      }
      return CrossdockError("diagnose the bearing", at: path, reason: reason, hint: hint, exitCode: .badInput)
    }
  }
#endif
