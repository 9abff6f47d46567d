#if PLUGIN_PREDICTIVE_MAINTENANCE
  /// The times that a picture shows: from the least to the greatest, in whatever order they came. A device that was in 1970 or 2070 for a while
  /// would squeeze all the others into a line: a twentieth of the values (one of four) may lie further away than the others span ten times, and a
  /// day; then they are left out.
  struct PlotSpan {
    private static let share = 20
    private static let farSpans = 10.0
    private static let farNs = 86_400e9

    let fromNs: Int64
    let toNs: Int64

    /// - Parameter times: at least one.
    init(_ times: [Int64]) {
      let sorted = times.sorted()
      precondition(!sorted.isEmpty, "PlotSpan: no time")
      let most = max(sorted.count / Self.share, sorted.count > 3 ? 1 : 0)
      var (first, last) = (most, sorted.count - 1 - most)
      let span = Double(sorted[last]) - Double(sorted[first])
      func isNear(_ low: Int64, _ high: Int64) -> Bool {
        Double(high) - Double(low) <= max(Self.farNs, Self.farSpans * span)
      }
      while first > 0, isNear(sorted[first - 1], sorted[first]) { first -= 1 }
      while last < sorted.count - 1, isNear(sorted[last], sorted[last + 1]) { last += 1 }
      (fromNs, toNs) = (sorted[first], sorted[last])
    }

    func contains(_ timeNs: Int64) -> Bool { fromNs <= timeNs && timeNs <= toNs }
  }
#endif
