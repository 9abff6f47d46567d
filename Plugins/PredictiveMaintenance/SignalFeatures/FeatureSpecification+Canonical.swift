// The canonical form is a features.json itself: parsed, it gives an equal specification. Members that are at their default are
// left out; those that are there come in a fixed order, formulas with no more parentheses than they need.
internal import JSONText
internal import Spectra

extension FeatureSpecification {
  mutating func seal() {
    var json = JSONWriter(reserving: 4096)
    json.object { json in
      json.member("name", name)
      json.member("version", version)
      json.member("inputs", array: { json in for input in inputs { write(input, &json) } })
      if let waveform { json.member("waveform", object: { write(waveform, &$0) }) }
      if !derived.isEmpty {
        json.member(
          "derived", array: { json in for signal in derived { write(signal.name, signal.expression, &json) } })
      }
      if let regimes { json.member("regimes", object: { write(regimes, &$0) }) }
      if let normalisation { json.member("normalise", object: { write(normalisation, &$0) }) }
      if !combinations.isEmpty {
        json.member("combinations", array: { json in for combination in combinations { write(combination, &json) } })
      }
      json.member("window", object: { write(window, &$0) })
      json.member("features", array: { json in for feature in features { write(feature, &json) } })
    }
    canonical = json.bytes
    hash = canonical.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  private func write(_ input: Input, _ json: inout JSONWriter) {
    json.object { json in
      json.member("name", input.name)
      if input.column != input.name { json.member("column", input.column) }
      if let unit = input.unit { json.member("unit", unit) }
      if let source = input.sourceUnit { json.member("source_unit", source) }
      if !input.categories.isEmpty {
        json.member(
          "categories",
          object: { json in for category in input.categories { json.member(category.text, category.number) } }
        )
      }
      writeRange(input.minimum, input.maximum, &json)
      if input.maximumRatePerS.isFinite { json.member("maximum_rate_per_s", input.maximumRatePerS) }
      if input.maximumStep.isFinite { json.member("maximum_step", input.maximumStep) }
      if let count = input.stuckCount { json.member("stuck_count", count) }
      if input.usesBad { json.member("on_bad", "use") }
      if input.holdCount > 0 { json.member("hold_count", input.holdCount) }
    }
  }

  private func writeRange(_ minimum: Double, _ maximum: Double, _ json: inout JSONWriter) {
    if minimum.isFinite { json.member("min", minimum) }
    if maximum.isFinite { json.member("max", maximum) }
  }

  private func write(_ waveform: Waveform, _ json: inout JSONWriter) {
    json.member("sample_rate_hz", waveform.sampleRateHz)
    if waveform.column != "samples" { json.member("column", waveform.column) }
    if waveform.encoding != .json { json.member("encoding", waveform.encoding.rawValue) }
    if waveform.scale != 1 { json.member("scale", waveform.scale) }
    if waveform.unit == .metresPerSecondSquared { json.member("unit", "m_s2") }
    switch waveform.speed {
    case .unknown: break
    case .rpm(let speed): json.member("speed", speed)
    case .input(let input): json.member("speed", inputs[input].name)
    }
    if let designation = waveform.designation {
      json.member("bearing", designation)
    } else if let bearing = waveform.bearing {
      json.member(
        "bearing",
        object: { json in
          json.member("balls", bearing.balls)
          json.member("ball_diameter", bearing.ballDiameter)
          json.member("pitch_diameter", bearing.pitchDiameter)
          json.member("contact_angle_deg", bearing.contactAngleDeg)
        })
    }
    writeRange(waveform.minimum, waveform.maximum, &json)
    if let count = waveform.sampleCount { json.member("samples", count) }
    if waveform.usesBad { json.member("on_bad", "use") }
  }

  private func write(_ name: String, _ expression: FeatureExpression, _ json: inout JSONWriter) {
    json.object { json in
      json.member("name", name)
      json.member("expression", expression.canonical)
    }
  }

  private func write(_ key: String, _ numbers: [Double], _ json: inout JSONWriter) {
    json.member(key, array: { json in for number in numbers { json.value(number) } })
  }

  private func write(_ key: String, _ lists: [[Double]], _ json: inout JSONWriter) {
    json.member(
      key, array: { json in for list in lists { json.array { json in for number in list { json.value(number) } } } })
  }

  private func writeNames(_ values: [Int], _ json: inout JSONWriter) {
    let names = valueNames
    json.member("inputs", array: { json in for value in values { json.value(names[value]) } })
  }

  private func write(_ regimes: Regimes, _ json: inout JSONWriter) {
    writeNames(regimes.values, &json)
    write("means", regimes.means, &json)
    write("deviations", regimes.deviations, &json)
    write("centres", regimes.centres, &json)
  }

  private func write(_ normalisation: Normalisation, _ json: inout JSONWriter) {
    writeNames(normalisation.values, &json)
    write("means", normalisation.means, &json)
    write("deviations", normalisation.deviations, &json)
  }

  private func write(_ combination: Combination, _ json: inout JSONWriter) {
    switch combination.form {
    case .expression(let expression): write(combination.name, expression, &json)
    case .weighted(let slots, let weights, let offset):
      json.object { json in
        json.member("name", combination.name)
        json.member("inputs", array: { json in for slot in slots { json.value(slotName(slot)) } })
        write("weights", weights, &json)
        if offset != 0 { json.member("offset", offset) }
      }
    }
  }

  /// What the value of a slot is called.
  func slotName(_ slot: Int) -> String {
    if slot < combinationStart { return valueNames[slot % valueCount] }
    if slot < waveformStart { return combinations[slot - combinationStart].name }
    if slot < featureStart { return features[waveformFeatures[slot - waveformStart]].name }
    return features[slot - featureStart].name
  }

  private func writeSeconds(_ key: String, _ ns: Int64, _ json: inout JSONWriter) {
    json.member(key, Double(ns / 1000) / 1e6)
  }

  private func write(_ window: Window, _ json: inout JSONWriter) {
    switch window.emission {
    case .everyCount(let count): json.member("emit_every_count", count)
    case .everyTime(let ns): writeSeconds("emit_every_s", ns, &json)
    case .tumblingCount(let count): json.member("tumbling_count", count)
    case .tumblingTime(let ns): writeSeconds("tumbling_s", ns, &json)
    }
    let usual = Window()
    if window.lateNs > 0 { writeSeconds("late_s", window.lateNs, &json) }
    if window.lateCapacity != usual.lateCapacity { json.member("late_capacity", window.lateCapacity) }
    if let gap = window.gapNs { writeSeconds("gap_s", gap, &json) }
    if window.resetsOnGap { json.member("on_gap", "reset") }
    if window.thinNs > 0 { writeSeconds("thin_s", window.thinNs, &json) }
    if window.warmUpCount > 1 { json.member("warm_up_count", window.warmUpCount) }
    if window.capacity != usual.capacity { json.member("capacity", window.capacity) }
  }

  private func write(_ feature: Feature, _ json: inout JSONWriter) {
    json.object { json in
      json.member("name", feature.name)
      if feature.statistic == .waveform {
        for member in feature.waveformMembers {
          switch member.value {
          case .text(let text): json.member(member.key, text)
          case .number(let number): json.member(member.key, number)
          }
        }
        return
      }
      json.member("statistic", feature.statistic.rawValue)
      if feature.statistic == .quality, feature.slot >= 0 {
        json.member("input", inputs[feature.slot].name)
      } else if feature.slot >= 0 {
        json.member("input", slotName(feature.slot))
        if feature.slot < valueCount { json.member("raw", true) }
      }
      writeParameters(feature, &json)
    }
  }

  private func writeParameters(_ feature: Feature, _ json: inout JSONWriter) {
    if feature.baselineCount > 0 { json.member("baseline_count", feature.baselineCount) }
    switch feature.extent {
    case .count(let count): json.member("count", feature.statistic == .difference ? count - 1 : count)
    case .time(let ns): writeSeconds("seconds", ns, &json)
    case .expanding: json.member("expanding", true)
    case .none, .tumbling, .firstCount: break
    }
    switch feature.statistic {
    case .quantile: json.member("q", feature.parameter)
    case .ewma:
      if let count = feature.halfLifeCount {
        json.member("half_life_count", count)
      } else {
        json.member("alpha", feature.parameter)
      }
    default: break
    }
    if let expression = feature.expression { json.member("expression", expression.canonical) }
  }
}
