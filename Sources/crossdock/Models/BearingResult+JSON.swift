#if PLUGIN_PREDICTIVE_MAINTENANCE
  import JSONText
  import Spectra

  extension BearingResult {
    func json() -> String {
      var json = JSONWriter()
      json.object { json in
        json.member("bearing", run.bearingName)
        json.member("speed_rpm", run.speedRpm)
        if let shaft = run.shaft {
          json.member("slowest_rpm", shaft.slowestRpm)
          json.member("fastest_rpm", shaft.fastestRpm)
          json.member("samples_per_turn", shaft.samplesPerTurn)
        }
        json.member("sample_rate_hz", run.configuration.sampleRateHz)
        json.member("block", run.blockCount)
        json.member("blocks", diagnosis.blocks)
        json.member("unusable_blocks", unusableBlocks)
        json.member("fault", faultName)
        json.key("faults")
        json.array { json in
          for candidate in diagnosis.candidates {
            json.object { json in
              json.member("type", candidate.fault.rawValue)
              json.member("probability", candidate.probability)
              json.member("score", candidate.score)
            }
          }
        }
        json.member("none_probability", diagnosis.noneProbability)
        if let fit = diagnosis.speedFit {
          json.key("speed_fit")
          json.object { json in
            json.member("fits", fit.isFitting)
            json.member("probability", 1 - diagnosis.otherSpeedProbability)
            json.member("best_scale", fit.scale)
            json.member("best_rpm", fit.scale * run.speedRpm)
            json.member("best_score", fit.score)
          }
        }
        json.member("zone", zone?.rawValue)
        json.key("statistics")
        json.object { json in
          for (statistic, value) in zip(BearingRun.averaged, means) { json.member(statistic.name, value) }
        }
        json.key("lines")
        json.array { json in
          for line in diagnosis.lines { write(line, &json) }
        }
      }
      return json.text()
    }

    /// Where the speed does not fit, no part is named.
    private var faultName: String {
      diagnosis.isSpeedFitting ? diagnosis.fault?.rawValue ?? "none" : "speed-does-not-fit"
    }

    private func write(_ line: BearingEvidence.Line, _ json: inout JSONWriter) {
      json.object { json in
        json.member("fault", line.fault.rawValue)
        json.member("harmonic", line.harmonic)
        json.member("order", line.order)
        json.member("expected_hz", line.expectedHz)
        json.member("seen_hz", line.seenHz)
        json.member("prominence", line.prominence)
      }
    }
  }
#endif
