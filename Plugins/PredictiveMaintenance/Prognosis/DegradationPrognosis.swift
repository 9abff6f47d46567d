// One asset's way from health to failure by a single health index: learned, watched for its onset, followed, extrapolated.
//
// The index rises with damage. Its first values teach mean and standard deviation (`OnsetDetector`); from then on everything
// is in standard deviations above the mean. From the onset on a `DegradationTrend` follows the index, or its logarithm, and
// remaining life is the time to the first passage of `threshold`. Before the onset the answer is "not yet". The last values
// before the onset are kept, so that the trend begins with them and not with nothing.
//
// Memory: 16 values kept, some 400 bytes in all.

import Glibc

package struct DegradationPrognosis: Equatable, Sendable {
  /// How the index grows: by amounts, or by factors.
  package enum Shape: UInt8, Sendable { case linear, exponential }

  package struct Parameters: Equatable, Sendable {
    package var onset: OnsetDetector.Parameters
    package var shape: Shape
    /// Where the component counts as failed, in standard deviations above the learned mean; above the onset's.
    package var threshold: Double
    package var coverage: Double
    /// The longest life that is told, in the caller's time.
    package var horizon: Double

    package init(
      onset: OnsetDetector.Parameters = .init(), shape: Shape = .linear, threshold: Double = 10, coverage: Double = 0.8,
      horizon: Double
    ) {
      self.onset = onset
      self.shape = shape
      self.threshold = threshold
      self.coverage = coverage
      self.horizon = horizon
    }
  }

  /// Values before the onset that the trend begins with.
  package static let recentCapacity = 16

  var onset = OnsetDetector()
  var trend = DegradationTrend()
  var recentTimes: [Double] = []
  var recentLevels: [Double] = []
  var lastTime = -Double.infinity
  package internal(set) var lastDeviations = 0.0
  package internal(set) var onsetTime: Double?
  /// Values that were not finite or not later than the one before.
  package internal(set) var leftOutCount: UInt32 = 0

  package init() {}

  package var isReady: Bool { onset.isReady }
  package var hasBegun: Bool { onset.hasBegun }

  package mutating func update(time: Double, index: Double, _ parameters: Parameters) {
    guard time.isFinite, time > lastTime, OnsetDetector.accepts(index) else {
      if leftOutCount < .max { leftOutCount += 1 }
      return
    }
    lastTime = time
    let began = onset.hasBegun
    guard let z = onset.update(index, parameters.onset) else { return }
    lastDeviations = z
    if onset.hasBegun {
      if began {
        follow(time: time, z: z, parameters)
      } else {
        begin(time: time, z: z, parameters)
      }
      return
    }
    if began {
      trend = DegradationTrend()
      onsetTime = nil
    }
    keep(time: time, z: z)
  }

  private mutating func keep(time: Double, z: Double) {
    if recentTimes.count == Self.recentCapacity {
      recentTimes.removeFirst()
      recentLevels.removeFirst()
    }
    recentTimes.append(time)
    recentLevels.append(z)
  }

  private mutating func begin(time: Double, z: Double, _ parameters: Parameters) {
    onsetTime = time
    for i in recentTimes.indices { follow(time: recentTimes[i], z: recentLevels[i], parameters) }
    recentTimes.removeAll(keepingCapacity: true)
    recentLevels.removeAll(keepingCapacity: true)
    follow(time: time, z: z, parameters)
  }

  private mutating func follow(time: Double, z: Double, _ parameters: Parameters) {
    let level = Self.level(z, parameters.shape)
    switch parameters.shape {
    case .linear:
      _ = trend.update(time: time, value: level, .init(noiseVariance: 1))
    case .exponential:
      // The variance of ln z is about 1/z².
      let bounded = max(z, 1)
      _ = trend.update(time: time, value: level, .init(noiseVariance: 1 / (bounded * bounded)))
    }
  }

  /// What the trend follows: the deviations, or their logarithm, which below one deviation would be of noise.
  private static func level(_ z: Double, _ shape: Shape) -> Double { shape == .linear ? z : log(max(z, 1)) }

  /// The newest value as the trend follows it, for comparison with stored runs.
  package func level(_ parameters: Parameters) -> Double { Self.level(lastDeviations, parameters.shape) }

  package func remainingLife(_ parameters: Parameters) -> RemainingLife {
    guard onset.hasBegun, trend.isStarted else { return .notYet }
    let threshold = parameters.shape == .linear ? parameters.threshold : log(max(parameters.threshold, 1))
    return .estimate(
      trend.firstPassage(threshold: threshold).interval(coverage: parameters.coverage, horizon: parameters.horizon))
  }

  /// 1: as learned, or not learned yet; 0: at the threshold or beyond.
  package func health(_ parameters: Parameters) -> Double {
    guard onset.isReady, parameters.threshold > 0 else { return 1 }
    return 1 - min(max(lastDeviations / parameters.threshold, 0), 1)
  }

  /// Forgets everything: the component is another one now.
  package mutating func reset() {
    self = DegradationPrognosis()
  }
}
