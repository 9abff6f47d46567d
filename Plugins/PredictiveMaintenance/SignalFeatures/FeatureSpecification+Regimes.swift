internal import JSONText

extension FeatureSpecification {
  func regimes(_ reader: SpecificationReader) throws(SpecificationFault) -> Regimes {
    let members = try reader.object(["inputs", "means", "deviations", "centres"])
    let values = try values(members.required("inputs"), atMost: FeatureLimits.regimeInputs)
    let deviations = try members.required("deviations")
    let regimes = Regimes(
      values: values, means: try members.required("means").numbers(count: values.count),
      deviations: try deviations.numbers(count: values.count), centres: try centres(members, count: values.count))
    guard regimes.deviations.allSatisfy({ $0 > 0 }) else { throw deviations.fault("a deviation is not above 0") }
    return regimes
  }

  private func centres(_ members: SpecificationObject, count: Int) throws(SpecificationFault) -> [[Double]] {
    let list = try members.required("centres")
    var centres: [[Double]] = []
    for centre in try list.elements(atMost: FeatureLimits.regimes) { centres.append(try centre.numbers(count: count)) }
    guard !centres.isEmpty else { throw list.fault("there is no centre") }
    return centres
  }

  /// Indices of inputs and derived signals, each once.
  private func values(_ reader: SpecificationReader, atMost bound: Int) throws(SpecificationFault) -> [Int] {
    var values: [Int] = []
    for element in try reader.elements(atMost: bound) {
      let name = try element.name()
      guard let value = valueNames.firstIndex(of: name) else {
        throw element.fault("there is no input or derived signal \"\(name)\"")
      }
      guard !values.contains(value) else { throw element.fault("\"\(name)\" is there already") }
      values.append(value)
    }
    guard !values.isEmpty else { throw reader.fault("there is no input") }
    return values
  }

  func normalisation(_ reader: SpecificationReader) throws(SpecificationFault) -> Normalisation {
    let members = try reader.object(["inputs", "means", "deviations"])
    let values = try values(members.required("inputs"), atMost: FeatureLimits.inputs + FeatureLimits.derived)
    let deviations = try members.required("deviations")
    let normalisation = Normalisation(
      values: values, means: try byRegime(members.required("means"), count: values.count),
      deviations: try byRegime(deviations, count: values.count))
    guard normalisation.deviations.allSatisfy({ $0.allSatisfy { $0 >= 0 } }) else {
      throw deviations.fault("a deviation is below 0")
    }
    return normalisation
  }

  /// A list a value with a number a regime; without regimes a number may stand for a list of one.
  private func byRegime(_ reader: SpecificationReader, count: Int) throws(SpecificationFault) -> [[Double]] {
    let elements = try reader.elements(atMost: count)
    guard elements.count == count else {
      throw reader.fault("\(elements.count) elements where \(count) inputs are named")
    }
    let regimeCount = regimes?.centres.count ?? 1
    var lists: [[Double]] = []
    for element in elements {
      let isPlain = regimes == nil && element.value.number != nil
      lists.append(isPlain ? [try element.number()] : try element.numbers(count: regimeCount))
    }
    return lists
  }

  // MARK: window

  static func window(_ reader: SpecificationReader, hasWaveform: Bool) throws(SpecificationFault) -> Window {
    let emissions = ["emit_every_count", "emit_every_s", "tumbling_count", "tumbling_s"]
    let members = try reader.object(
      emissions + ["late_s", "late_capacity", "gap_s", "on_gap", "thin_s", "warm_up_count", "capacity"])
    var window = Window()
    if let key = try members.only(emissions), let member = members[key] {
      switch key {
      case "emit_every_count": window.emission = .everyCount(try member.integer(in: 1...1_000_000_000))
      case "emit_every_s": window.emission = .everyTime(try member.seconds())
      case "tumbling_count": window.emission = .tumblingCount(try member.integer(in: 1...1_000_000_000))
      default: window.emission = .tumblingTime(try member.seconds())
      }
    }
    if let member = members["late_s"] {
      guard !hasWaveform else { throw member.fault("waveforms are not put in order; leave it out") }
      window.lateNs = try member.value.number == 0 ? 0 : member.seconds()
    }
    window.lateCapacity = try members["late_capacity"]?.integer(in: 1...FeatureLimits.lateRows) ?? window.lateCapacity
    window.gapNs = try members["gap_s"]?.seconds()
    if let member = members["on_gap"] {
      guard window.gapNs != nil else { throw member.fault("needs \"gap_s\"") }
      window.resetsOnGap = try member.choice(of: ["keep", "reset"]) == "reset"
    }
    window.thinNs = try members["thin_s"]?.seconds() ?? 0
    window.warmUpCount = try members["warm_up_count"]?.integer(in: 1...1_000_000_000) ?? 1
    window.capacity = try members["capacity"]?.integer(in: 1...FeatureLimits.windowCount) ?? window.capacity
    return window
  }
}
