// Both drift tests over one signal, residual or score in its own unit: mean and standard deviation of the first `learnCount`
// values make it the standardised value that the tests are made for. The scale is kept when a test begins anew, so that a
// later change of the same size is found in the same time; `reset` learns it anew (sensor replaced, maintenance).
//
// A signal that did not move in learning gets 1 % of its level, or 1e-9, as scale; standardised values are clipped to ±10, so
// that one wild value is no drift. Values that are not finite or beyond ±1e100 are left out. 2.6 KB.

package struct StandardisedDrift: Equatable, Sendable {
  static let largestMagnitude = 1e100
  static let clip = 10.0
  static let steadyShare = 0.01
  static let leastScale = 1e-9

  package let learnCount: Int
  package internal(set) var count: UInt64 = 0
  package internal(set) var mean = 0.0
  /// While learning: the sum of squared deviations; then the scale.
  var spread = 0.0
  package internal(set) var window: AdaptiveWindow
  package internal(set) var test: PageHinkley

  /// - Parameter learnCount: 20…100,000.
  package init(learnCount: Int = 200, window: AdaptiveWindow = AdaptiveWindow(), test: PageHinkley = PageHinkley()) {
    self.learnCount = min(max(learnCount, 20), 100_000)
    self.window = window
    self.test = test
    self.window.reset()
    self.test.reset()
  }

  package var isLearning: Bool { count < UInt64(learnCount) }
  /// 0 while learning.
  package var scale: Double { isLearning ? 0 : spread }

  package mutating func reset() {
    self = StandardisedDrift(learnCount: learnCount, window: window, test: test)
  }

  package mutating func update(_ value: Double) -> DriftSigns {
    guard value.magnitude <= Self.largestMagnitude else { return [] }
    guard !isLearning else {
      learn(value)
      return []
    }
    count += 1
    let z = min(max((value - mean) / spread, -Self.clip), Self.clip)
    var signs: DriftSigns = []
    if window.update(z) { signs.insert(.adaptiveWindow) }
    if test.update(z) { signs.insert(.pageHinkley) }
    return signs
  }

  private mutating func learn(_ value: Double) {
    count += 1
    let off = value - mean
    mean += off / Double(count)
    spread += off * (value - mean)
    guard !isLearning else { return }
    let deviation = (spread / Double(count - 1)).squareRoot()
    spread = max(deviation, deviation == 0 ? Self.steadyShare * mean.magnitude : 0, Self.leastScale)
  }
}
