internal import StateCoding

/// How far two versions say the same of the same rows, since the one came beside the other.
package struct Agreement: Sendable, Equatable {
  package private(set) var evaluations: UInt64 = 0
  package private(set) var agreed: UInt64 = 0
  /// Rows for which one of the two said nothing.
  package private(set) var undefined: UInt64 = 0
  package private(set) var differenceSum = 0.0
  package private(set) var largestDifference = 0.0
  /// By class of the active version, then of the shadow; empty for numbers.
  package private(set) var confusion: [UInt64]
  /// Alerts that the outputs of each would have opened: as warnings, as critical ones.
  package var activeAlerts = AlertCount()
  package var shadowAlerts = AlertCount()
  private let classCount: Int

  package struct AlertCount: Sendable, Equatable {
    package var warnings: UInt64 = 0
    package var criticals: UInt64 = 0

    /// - Parameter before: of the same asset.
    mutating func add(_ severity: GovernedSeverity, after before: GovernedSeverity) {
      guard severity > before else { return }
      if severity == .critical { criticals += 1 } else { warnings += 1 }
    }
  }

  package init(classCount: Int) {
    self.classCount = classCount
    confusion = [UInt64](repeating: 0, count: classCount * classCount)
  }

  package var rate: Double { evaluations == 0 ? 0 : Double(agreed) / Double(evaluations) }
  package var meanDifference: Double {
    let compared = evaluations - undefined
    return compared == 0 ? 0 : differenceSum / Double(compared)
  }

  /// - Returns: whether the two said the same.
  mutating func add(numbers active: Double, _ shadow: Double, within: Double) -> Bool {
    evaluations += 1
    guard active.isFinite, shadow.isFinite else {
      undefined += 1
      let isSame = !active.isFinite && !shadow.isFinite
      if isSame { agreed += 1 }
      return isSame
    }
    let difference = (active - shadow).magnitude
    differenceSum += difference
    largestDifference = max(largestDifference, difference)
    let isSame = difference <= within
    if isSame { agreed += 1 }
    return isSame
  }

  /// - Parameter difference: the largest between the probabilities.
  mutating func add(classes active: Int?, _ shadow: Int?, difference: Double) -> Bool {
    evaluations += 1
    guard let active, let shadow else {
      undefined += 1
      let isSame = active == shadow
      if isSame { agreed += 1 }
      return isSame
    }
    differenceSum += difference
    largestDifference = max(largestDifference, difference)
    confusion[active * classCount + shadow] += 1
    if active == shadow { agreed += 1 }
    return active == shadow
  }

  func encode(into state: StateWriter) {
    state.append(UInt16(classCount))
    for count in [evaluations, agreed, undefined] { state.append(count) }
    state.append(differenceSum)
    state.append(largestDifference)
    for alerts in [activeAlerts, shadowAlerts] {
      state.append(alerts.warnings)
      state.append(alerts.criticals)
    }
    for count in confusion { state.append(count) }
  }

  init(from state: inout StateReader) throws {
    self.init(classCount: min(Int(try state.integer(UInt16.self)), GovernanceLimits.classes))
    evaluations = try state.integer()
    agreed = try state.integer()
    undefined = try state.integer()
    differenceSum = try state.number()
    largestDifference = try state.number()
    activeAlerts = AlertCount(warnings: try state.integer(), criticals: try state.integer())
    shadowAlerts = AlertCount(warnings: try state.integer(), criticals: try state.integer())
    for index in confusion.indices { confusion[index] = try state.integer() }
    guard agreed <= evaluations, undefined <= evaluations else {
      throw StateReader.Damaged(description: "more rows agree than there are")
    }
  }
}
