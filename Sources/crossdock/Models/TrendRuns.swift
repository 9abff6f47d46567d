#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Platform
  import Prognosis
  import Records

  /// Runs to failure, and what they say of an asset that is degrading (`FailureCurves`).
  ///
  /// Each run learns its own baseline from its first values, as an asset does, so that machines of different levels compare: a curve is
  /// the run's way in deviations (or their logarithm) from then to its end. Curves have no times, so the time between two lines must
  /// be the same in all of them and in the table.
  struct TrendRuns {
    static let columns = ["similar", "similar_lower", "similar_upper", "distance", "nearest"]
    private static let namedCount = 3
    private static let leastNamedShare = 0.005
    /// Of a step: what times may be off by.
    private static let stepTolerance = 0.01

    private var curves = FailureCurves()
    private var names: [String] = []
    private var numbers: [String: Int] = [:]
    private var step = 0.0
    private let comparison: FailureCurves.Parameters

    init(
      _ table: TrendTable, _ path: String, _ parameters: DegradationPrognosis.Parameters, window: Int
    ) throws(CrossdockError) {
      // Two values differ by the noise of both: a deviation each, whose logarithm varies by 1/z², counted where the onset is.
      let deviations = parameters.onset.deviations
      let noiseVariance = parameters.shape == .linear ? 2 : 2 / max(1, deviations * deviations)
      comparison = .init(window: window, noiseVariance: noiseVariance, coverage: parameters.coverage)
      var assets: [String: TrendAsset] = [:]
      for row in table.rows {
        if assets[row.asset] == nil { names.append(row.asset) }
        // One more than can be stored, so that a longer run is refused and not cut.
        assets[row.asset, default: .init(keeping: FailureCurves.largestCurveLength + 1)].update(row, parameters)
      }
      guard !names.isEmpty, names.count <= FailureCurves.largestCurveCount else {
        throw Self.wrong(path, "\(names.count) runs, where there can be 1 to \(FailureCurves.largestCurveCount)")
      }
      for (number, name) in names.enumerated() {
        let levels = assets[name]?.levels ?? []
        guard levels.count >= FailureCurves.leastWindow else {
          throw Self.wrong(
            path,
            "run \"\(name)\" has \(levels.count) values after the \(parameters.onset.learnCount) that are learned from",
            "leave it out, or give a smaller --learn")
        }
        guard curves.append(levels) else {
          throw Self.wrong(
            path, "run \"\(name)\" has more than \(FailureCurves.largestCurveLength) values",
            "thin it out, and the table as much")
        }
        numbers[name] = number
      }
      let steps = Self.steps(table)
      step = steps[names[0]] ?? 0
      try check(steps, names, path)
    }

    /// - Throws: when the table's lines are not as far apart as those of the runs.
    func check(_ table: TrendTable, _ path: String) throws(CrossdockError) {
      let steps = Self.steps(table)
      try check(steps, steps.keys.sorted(), path)
    }

    private func check(_ steps: [String: Double], _ names: [String], _ path: String) throws(CrossdockError) {
      for name in names {
        guard let own = steps[name], (own - step).magnitude > Self.stepTolerance * step else { continue }
        throw Self.wrong(
          path, "lines of \"\(name)\" are \(own) apart, those of the run \"\(self.names[0])\" \(step)",
          "bring runs and table to the same time between lines")
      }
    }

    /// The median time between two lines of each asset that has two.
    private static func steps(_ table: TrendTable) -> [String: Double] {
      var last: [String: Double] = [:]
      var steps: [String: [Double]] = [:]
      for row in table.rows {
        if let before = last[row.asset], row.time > before { steps[row.asset, default: []].append(row.time - before) }
        last[row.asset] = max(row.time, last[row.asset] ?? row.time)
      }
      return steps.mapValues { $0.sorted()[$0.count / 2] }
    }

    /// The values of `columns`.
    func append(_ asset: TrendAsset, _ name: String, to output: FeatureTable) {
      var neighbours: [FailureCurves.Neighbour] = []
      if asset.state.hasBegun {
        neighbours = curves.neighbours(of: asset.levels, comparison, leavingOut: numbers[name])
      }
      guard let nearest = neighbours.first,
        let life = FailureCurves.remainingSteps(of: neighbours, coverage: comparison.coverage)
      else {
        if asset.state.hasBegun { output.append(.nan) } else { output.append("not yet") }
        for _ in 0..<3 { output.append(.nan) }
        output.append("")
        return
      }
      output.append(step * life.median)
      output.append(step * life.lower)
      output.append(step * life.upper)
      output.append(nearest.distance)
      let total = neighbours.reduce(0) { $0 + $1.weight }
      let named = neighbours.prefix(Self.namedCount).filter { $0.weight >= Self.leastNamedShare * total }.map {
        "\(names[$0.curve]) \(FixedDecimal.text(100 * $0.weight / total, places: 0)) %"
      }
      output.append(named.joined(separator: "; "))
    }

    private static func wrong(_ path: String, _ reason: String, _ hint: String = "") -> CrossdockError {
      CrossdockError("read the runs to failure", at: path, reason: reason, hint: hint, exitCode: .badInput)
    }
  }
#endif
