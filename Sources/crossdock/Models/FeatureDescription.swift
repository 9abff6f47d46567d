#if PLUGIN_PREDICTIVE_MAINTENANCE
  import SignalFeatures

  /// What a feature specification means, for a person.
  enum FeatureDescription {
    static func text(_ specification: FeatureSpecification) -> String {
      var text = "\(specification.name) \(specification.version), hash \(specification.hashText)\n"
      text += "inputs: \(specification.inputNames.joined(separator: ", "))\n"
      if let waveform = specification.waveform {
        text += "waveform: \(waveform.column) at \(waveform.sampleRateHz) Hz\n"
      }
      text += "by \(specification.usesTime ? "event time" : "order alone")\n"
      text += "memory: at most \(specification.bytesPerAsset) bytes an asset\n"
      text += "features (\(specification.featureNames.count)): \(specification.featureNames.joined(separator: ", "))\n"
      return text + "canonical form:\n" + String(decoding: specification.canonical, as: UTF8.self) + "\n"
    }
  }
#endif
