/// Bounds of what the searches take on. Beyond them a problem is refused.
package enum SequencingLimits {
  /// Places of a matrix, the start among them: its square is kept.
  package static let maximumPlaces = 1_001
  /// Matrices of a day.
  package static let maximumHourlyMatrices = 48
  /// Largest travel time, service time or point in time, in the problem's unit. Keeps every sum far inside Int64, and an arc
  /// with its service time inside Int32.
  package static let maximumTime: Int64 = 1 << 29
  package static let maximumPrecedences = 10_000
  package static let maximumDemand: Int64 = 1 << 40

  /// Arcs out of a place that local search tries, the shortest ones.
  static let neighbours = 30
  /// Longest stretch that moves as one.
  static let longestSegment = 40
  /// Places up to which a set of them fits the labels of the dynamic programme.
  static let maximumLabelPlaces = 256
}
