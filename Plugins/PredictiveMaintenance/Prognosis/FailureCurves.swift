// Remaining life by similarity: what became of those that once looked like this one (Wang, Yu, Siegel & Lee 2008).
//
// Stored are the health indices of machines that ran to failure, one value a step, the last one at the failure. The newest
// values of the machine in question are laid over each of them at every place; where a curve fits best, what was left of it
// there is a candidate, weighted by exp(−d / 2h), d the mean squared difference in units of the noise and h the smoothing.
// Median and interval are the weighted quantiles of the candidates: calibrate them (`IntervalCalibration`) before anyone
// relies on their coverage, for curves of the same kind of machine are few and alike.
//
// Cost: the sum of the curves' lengths times the window. Bounds: `largestCurveCount`, `largestCurveLength`, `largestWindow`;
// curves beyond them are refused, not cut. Values must be finite.

import Glibc

package struct FailureCurves: Equatable, Sendable {
  package struct Parameters: Equatable, Sendable {
    /// Values that are compared, at most `largestWindow`; fewer where there are fewer.
    package var window: Int
    package var noiseVariance: Double
    package var smoothing: Double
    package var coverage: Double

    package init(window: Int = 30, noiseVariance: Double, smoothing: Double = 0.1, coverage: Double = 0.8) {
      self.window = window
      self.noiseVariance = noiseVariance
      self.smoothing = smoothing
      self.coverage = coverage
    }
  }

  package static let largestCurveCount = 512
  package static let largestCurveLength = 4096
  package static let largestWindow = 256
  package static let leastWindow = 3

  var values: [Double] = []
  /// Where each curve ends in `values`.
  var ends: [Int] = []

  package init() {}

  package var count: Int { ends.count }

  /// Stores one run to failure, in steps of the same time. False: it is empty, too long or not finite, or there is no room.
  package mutating func append(_ curve: [Double]) -> Bool {
    guard ends.count < Self.largestCurveCount, (1...Self.largestCurveLength).contains(curve.count),
      curve.allSatisfy(OnsetDetector.accepts)
    else { return false }
    values += curve
    ends.append(values.count)
    return true
  }

  /// Where one stored curve looks most as the machine does now.
  package struct Neighbour: Equatable, Sendable {
    /// Its number, in the order in which curves were stored.
    package var curve: Int
    /// What was left of it from there.
    package var steps: Double
    /// Mean squared difference, in units of the noise: 1 is as near as two of the same can be expected to be.
    package var distance: Double
    /// 1 for the nearest, less for others.
    package var weight: Double
  }

  /// Remaining steps of a machine whose newest values these are (the last one is the newest); `nil` where they are too few,
  /// not finite, or no curve is long enough.
  package func remainingSteps(after recent: [Double], _ parameters: Parameters) -> LifeInterval? {
    Self.remainingSteps(of: neighbours(of: recent, parameters), coverage: parameters.coverage)
  }

  /// The best place in each curve that is long enough, the nearest curve first, in the order in which they were stored where two
  /// are as near; empty where the values are too few or not finite.
  /// - Parameter leftOut: a curve that is not looked at, for it is the machine's own
  package func neighbours(of recent: [Double], _ parameters: Parameters, leavingOut leftOut: Int? = nil) -> [Neighbour]
  {
    let window = min(recent.count, parameters.window, Self.largestWindow)
    guard window >= Self.leastWindow, recent.suffix(window).allSatisfy(OnsetDetector.accepts) else { return [] }
    var neighbours: [Neighbour] = []
    neighbours.reserveCapacity(ends.count)
    recent.withUnsafeBufferPointer { recent in
      let newest = UnsafeBufferPointer(rebasing: recent[(recent.count - window)...])
      values.withUnsafeBufferPointer { values in
        var start = 0
        for (curve, end) in ends.enumerated() {
          if curve != leftOut,
            let best = Self.bestPlace(of: newest, in: UnsafeBufferPointer(rebasing: values[start..<end]))
          {
            let distance = best.sum / Double(window) / max(parameters.noiseVariance, 1e-12)
            neighbours.append(Neighbour(curve: curve, steps: Double(best.left), distance: distance, weight: 1))
          }
          start = end
        }
      }
    }
    neighbours.sort { ($0.distance, $0.curve) < ($1.distance, $1.curve) }
    guard let nearest = neighbours.first?.distance else { return [] }
    for i in neighbours.indices {
      neighbours[i].weight = exp(-(neighbours[i].distance - nearest) / (2 * max(parameters.smoothing, 1e-6)))
    }
    return neighbours
  }

  /// The weighted quantiles of what was left of them; `nil` where there is none.
  package static func remainingSteps(of neighbours: [Neighbour], coverage: Double) -> LifeInterval? {
    guard !neighbours.isEmpty else { return nil }
    let candidates = neighbours.sorted { ($0.steps, $0.distance, $0.curve) < ($1.steps, $1.distance, $1.curve) }
    let total = candidates.reduce(0) { $0 + $1.weight }
    let tail = (1 - coverage) / 2
    func at(_ part: Double) -> Double {
      var left = part * total
      for candidate in candidates {
        left -= candidate.weight
        if left <= 0 { return candidate.steps }
      }
      return candidates[candidates.count - 1].steps
    }
    return LifeInterval(lower: at(tail), median: at(0.5), upper: at(1 - tail), coverage: coverage)
  }

  /// The steps that were left of the curve where the window fits it best, and the sum of squares there.
  private static func bestPlace(
    of window: UnsafeBufferPointer<Double>, in curve: UnsafeBufferPointer<Double>
  ) -> (left: Int, sum: Double)? {
    guard curve.count >= window.count else { return nil }
    var best = (left: 0, sum: Double.infinity)
    for start in 0...(curve.count - window.count) {
      var sum = 0.0
      var i = 0
      while i < window.count, sum < best.sum {
        let difference = window[i] - curve[start + i]
        sum += difference * difference
        i += 1
      }
      if sum < best.sum { best = (curve.count - window.count - start, sum) }
    }
    return best.sum.isFinite ? best : nil
  }
}
