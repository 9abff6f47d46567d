// The operating regime of a record, values normalised within it, and what stands for those that are missing.
extension AssetRun {
  @inline(__always)
  func normalise() {
    let count = layout.valueCount
    (numbers + count).update(from: numbers, count: count)
    var regime = 0
    if let table = plan.regimes {
      regime = nearestCentre(table)
      integers[Clock.regime] = Int64(regime)
    }
    for i in 0..<plan.normalisations.count {
      let step = plan.normalisations.start[i]
      let parameters = plan.numbers.start + step.parameters + 2 * regime
      numbers[count + step.value] = regime < 0 ? .nan : (numbers[step.value] - parameters[0]) / parameters[1]
    }
  }

  /// After it is normalised: a value of another regime is another number, what it says of the machine is the same.
  @inline(__always)
  func hold() {
    for i in 0..<plan.holds.count {
      let step = plan.holds.start[i]
      let age = integers + layout.holds + i
      let held = numbers + layout.heldValues + step.slot
      if numbers[step.slot] == numbers[step.slot] {
        held.pointee = numbers[step.slot]
        age.pointee = 0
      } else if age.pointee < step.limit {
        numbers[step.slot] = held.pointee
        age.pointee += 1
      }
    }
  }

  // MARK: regimes

  /// -1 when settings are missing and the others do not tell.
  private func nearestCentre(_ table: RegimeTable) -> Int {
    var nearest = -1
    var least = Double.infinity
    for centre in 0..<table.centreCount {
      let distance = squaredDistance(to: centre, table)
      if distance < least { (nearest, least) = (centre, distance) }
    }
    return nearest >= 0 || !isAnySettingThere(table) ? nearest : clearCentre(table)
  }

  @inline(__always)
  private func setting(_ i: Int, _ table: RegimeTable) -> Double {
    let setting = plan.numbers.start + table.settings + 3 * i
    return (numbers[Int(setting[0])] - setting[1]) / setting[2]
  }

  /// NaN when a setting is missing.
  @inline(__always)
  private func squaredDistance(to centre: Int, _ table: RegimeTable) -> Double {
    var distance = 0.0
    for i in 0..<table.inputCount {
      let d = setting(i, table) - plan.numbers.start[table.centres + centre * table.inputCount + i]
      distance += d * d
    }
    return distance
  }

  private func isAnySettingThere(_ table: RegimeTable) -> Bool {
    for i in 0..<table.inputCount where !setting(i, table).isNaN { return true }
    return false
  }

  /// The centre that is nearest by the settings that are there, if they rule every other one out: a point well inside a regime
  /// is nearer to its centre than half of the way to another one, and by fewer settings it can only seem nearer.
  @inline(never)
  private func clearCentre(_ table: RegimeTable) -> Int {
    func knownDistance(_ centre: Int) -> Double {
      var distance = 0.0
      for i in 0..<table.inputCount {
        let d = setting(i, table) - plan.numbers.start[table.centres + centre * table.inputCount + i]
        if !d.isNaN { distance += d * d }
      }
      return distance
    }
    func separation(_ a: Int, _ b: Int) -> Double {
      var distance = 0.0
      for i in 0..<table.inputCount {
        let d =
          plan.numbers.start[table.centres + a * table.inputCount + i]
          - plan.numbers.start[table.centres + b * table.inputCount + i]
        distance += d * d
      }
      return distance
    }
    var nearest = 0
    for centre in 1..<max(table.centreCount, 1) where knownDistance(centre) < knownDistance(nearest) {
      nearest = centre
    }
    guard knownDistance(nearest).isFinite else { return -1 }
    for centre in 0..<table.centreCount where centre != nearest {
      // Squares: half of the distance is a quarter.
      guard knownDistance(centre) >= 0.25 * separation(centre, nearest) else { return -1 }
    }
    return nearest
  }
}
