/// How far the windows of a specification reach back from a row. What is smoothed, summed or counted from the beginning on (`ewma`,
/// `integral`, `expanding`, `baseline`, `age_s`) has no reach: it rests on everything.
package struct FeatureReach: Equatable, Sendable {
  /// Of the longest window by count; 0: none.
  package var count = 0
  /// Of the longest window by time; 0: none.
  package var timeNs: Int64 = 0

  package var isOneRow: Bool { count <= 1 && timeNs == 0 }

  package init(_ specification: FeatureSpecification) {
    for feature in specification.features {
      switch feature.extent {
      case .count(let values): count = max(count, values + (feature.statistic == .difference ? 1 : 0))
      case .time(let ns): timeNs = max(timeNs, ns)
      case .none, .tumbling, .expanding, .firstCount: continue
      }
    }
  }
}
