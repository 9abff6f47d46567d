internal import JSONText
internal import Spectra

extension FeatureSpecification {
  private static let expandingPrefix = "expanding_"

  /// In two passes: the slots of features come after those of the waveform's statistics, which must be counted first.
  mutating func readFeatures(_ elements: [SpecificationReader]) throws(SpecificationFault) {
    let waveformTotal = elements.reduce(0) { $0 + (isWaveformStatistic($1) ? 1 : 0) }
    let featureStart = waveformStart + waveformTotal
    for element in elements {
      let feature = try feature(element, featureStart: featureStart)
      let name = SpecificationFault(
        path: element.path.appending(.key("name")), reason: "\"\(feature.name)\" is there already")
      guard !features.contains(where: { $0.name == feature.name }) else { throw name }
      if feature.statistic == .waveform, resolver()(feature.name) != nil { throw name }
      features.append(feature)
    }
  }

  private func isWaveformStatistic(_ reader: SpecificationReader) -> Bool {
    guard let word = reader.value["statistic"]?.string, waveform != nil, reader.value["input"] == nil else {
      return false
    }
    return WaveformStatistic.words.contains(word)
  }

  private func feature(
    _ reader: SpecificationReader, featureStart: Int
  ) throws(SpecificationFault) -> Feature {
    guard reader.value.object != nil else { throw reader.fault("expected an object") }
    let object = SpecificationObject(reader: reader)
    let place = try object.required("statistic")
    var word = try place.string(atMost: FeatureLimits.nameBytes)
    if isWaveformStatistic(reader) { return try waveformFeature(reader, word) }
    let isExpanding = word.hasPrefix(Self.expandingPrefix)
    if isExpanding { word = String(word.dropFirst(Self.expandingPrefix.count)) }
    guard let statistic = FeatureStatistic(rawValue: word), statistic != .waveform else {
      throw place.fault(unknownStatistic(word))
    }
    guard !isExpanding || statistic.hasExtent else { throw place.fault("\"\(word)\" has no extent to expand") }
    let known = ["name", "statistic", "input", "raw"] + statistic.members.filter { !isExpanding || $0 == "q" }
    let members = try reader.object(known)
    var feature = Feature(name: try members.required("name").name(), statistic: statistic)
    let isRaw = try members["raw"]?.flag() ?? false
    if let input = members["input"] {
      guard statistic.needsInput || statistic == .count || statistic == .quality else {
        throw input.fault("\"\(word)\" has no input")
      }
      feature.slot = try featureInput(input, isRaw: isRaw, statistic)
    } else if statistic.needsInput {
      throw reader.fault("the member \"input\" is missing\(waveform == nil ? "" : ": \(unknownStatistic(word))")")
    }
    try readExtent(members, isExpanding: isExpanding, into: &feature)
    try readParameters(members, featureStart: featureStart, into: &feature)
    return feature
  }

  private func unknownStatistic(_ word: String) -> String {
    let ofWaveform = waveform == nil ? "" : "; of the waveform \(WaveformStatistic.words.joined(separator: ", "))"
    return "\"\(word)\" is no statistic here; there are \(FeatureStatistic.words.joined(separator: ", "))\(ofWaveform)"
  }

  private func featureInput(
    _ reader: SpecificationReader, isRaw: Bool, _ statistic: FeatureStatistic
  ) throws(SpecificationFault) -> Int {
    let name = try reader.name()
    if statistic == .quality {
      guard let input = inputs.firstIndex(where: { $0.name == name }) else {
        throw reader.fault("there is no input \"\(name)\"")
      }
      return input
    }
    if let position = waveformFeatures.firstIndex(where: { features[$0].name == name }) {
      return waveformStart + position
    }
    return try slot(reader, isRaw: isRaw)
  }

  // MARK: extents and parameters

  private func readExtent(
    _ members: SpecificationObject, isExpanding: Bool, into feature: inout Feature
  ) throws(SpecificationFault) {
    guard feature.statistic.hasExtent else { return }
    let statistic = feature.statistic
    if isExpanding {
      feature.extent = .expanding
    } else if let key = try members.only(["count", "seconds", "expanding"]), let member = members[key] {
      switch key {
      case "count": feature.extent = .count(try member.integer(in: 1...FeatureLimits.windowCount))
      case "seconds": feature.extent = .time(try member.seconds())
      default: feature.extent = try member.flag() ? .expanding : .none
      }
    }
    if feature.extent == .none {
      if window.isTumbling {
        feature.extent = .tumbling
      } else if statistic == .count {
        feature.extent = .expanding
      } else {
        throw members.reader.fault("\"\(statistic.rawValue)\" needs \"count\", \"seconds\" or a tumbling window")
      }
    }
    let keepsValues = statistic == .median || statistic == .quantile
    guard !(keepsValues && feature.extent == .expanding) else {
      throw members.reader.fault("\"\(statistic.rawValue)\" since the start would need unbounded memory")
    }
    guard feature.slot >= 0 || feature.extent == .expanding || feature.extent == .tumbling else {
      throw members.reader.fault("the member \"input\" is missing")
    }
  }

  private func readParameters(
    _ members: SpecificationObject, featureStart: Int, into feature: inout Feature
  ) throws(SpecificationFault) {
    switch feature.statistic {
    case .median: feature.parameter = 0.5
    case .quantile: feature.parameter = try members.required("q").number(in: 0...1)
    case .ewma:
      if let key = try members.only(["alpha", "half_life_count"]), key == "half_life_count", let member = members[key] {
        feature.parameter = 1 - FeatureExpression.power(0.5, 1 / (try member.number(in: 1e-3...1e9)))
      } else {
        feature.parameter = try members.required("alpha").number(in: Double.leastNonzeroMagnitude...1)
      }
    case .difference:
      feature.extent = .count(1 + (try members["count"]?.integer(in: 1...(FeatureLimits.windowCount - 1)) ?? 1))
    case .baseline, .baselineDifference, .baselineRatio:
      feature.baselineCount = try members.required("baseline_count").integer(in: 1...FeatureLimits.windowCount)
      if feature.statistic != .baseline {
        feature.extent = .count(try members["count"]?.integer(in: 1...FeatureLimits.windowCount) ?? 1)
      }
    case .regime:
      guard regimes != nil else { throw members.reader.fault("there are no regimes") }
    case .expression:
      let values = resolver()
      let (names, ofWaveform) = (features.map(\.name), waveformFeatures.map { features[$0].name })
      let start = waveformStart
      feature.expression = try members.required("expression").expression { name in
        values(name) ?? ofWaveform.firstIndex(of: name).map { start + $0 }
          ?? names.firstIndex(of: name).map { featureStart + $0 }
      }
    default: break
    }
  }

  // MARK: the waveform's statistics

  private func waveformFeature(_ reader: SpecificationReader, _ word: String) throws(SpecificationFault) -> Feature {
    let members = try reader.object(["name", "statistic"] + FeatureStatistic.waveform.members)
    var feature = Feature(name: try members.required("name").name(), statistic: .waveform)
    let fault = try members["fault"]?.string(atMost: FeatureLimits.nameBytes)
    let band = try members["band"]?.string(atMost: FeatureLimits.nameBytes)
    let harmonic = try members["harmonic"]?.integer(in: 0...1_000_000)
    let index = try members["index"]?.integer(in: 0...1_000_000)
    guard
      let statistic = WaveformStatistic(
        statistic: word, fault: fault, harmonic: harmonic, band: band, index: index)
    else { throw reader.fault("\"\(word)\" is not there with these members (fault, harmonic, band, index)") }
    if statistic.needsBearing, waveform?.bearing == nil {
      throw reader.fault("\"\(word)\" needs the waveform's \"bearing\"")
    }
    if statistic.needsSpeed, waveform?.speed == .unknown {
      throw reader.fault("\"\(word)\" needs the waveform's \"speed\"")
    }
    feature.waveform = statistic
    feature.waveformMembers = [WaveformMember(key: "statistic", value: .text(word))]
    if let band { feature.waveformMembers.append(.init(key: "band", value: .text(band))) }
    if let fault { feature.waveformMembers.append(.init(key: "fault", value: .text(fault))) }
    if let harmonic { feature.waveformMembers.append(.init(key: "harmonic", value: .number(harmonic))) }
    if let index { feature.waveformMembers.append(.init(key: "index", value: .number(index))) }
    return feature
  }
}
