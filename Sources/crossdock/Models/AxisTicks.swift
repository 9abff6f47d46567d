#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Glibc
  import Records

  /// Round numbers along an axis (Heckbert 1990: steps of 1, 2 or 5 times a power of ten), and round times.
  enum AxisTicks {
    static func values(_ low: Double, _ high: Double, about count: Int) -> [(value: Double, text: String)] {
      guard low.isFinite, high.isFinite, high > low, count > 0 else { return [] }
      let rough = (high - low) / Double(count)
      let power = pow(10, floor(log10(rough)))
      let step = power * ([1.0, 2, 5, 10].first { $0 * power >= rough } ?? 10)
      // Of numbers at the very edge of what there is: no step, or none that they could be counted in.
      guard step > 0, max(low.magnitude, high.magnitude) / step < 1e15 else { return [] }
      let digits = max(0, -Int(floor(log10(step) + 1e-9)))
      let first = Int((low / step).rounded(.up))
      let last = Int((high / step).rounded(.down))
      guard last >= first, last - first < 1000 else { return [] }
      return (first...last).map { (Double($0) * step, decimal(Double($0) * step, digits: digits)) }
    }

    /// Fixed decimals; very large or small numbers as they are.
    static func decimal(_ value: Double, digits: Int) -> String {
      guard value.magnitude < 1e9, digits <= 9 else { return "\(value)" }
      let scale = pow(10, Double(digits))
      let scaled = Int64((value * scale).rounded())
      guard digits > 0 else { return "\(scaled)" }
      let part = "\(scaled.magnitude % UInt64(scale))"
      return "\(scaled < 0 ? "-" : "")\(scaled.magnitude / UInt64(scale))."
        + String(repeating: "0", count: digits - part.count) + part
    }

    private static let stepsS: [Int64] = [
      1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
      1_209_600, 2_419_200, 7_776_000, 31_536_000, 315_360_000,
    ]

    /// UTC.
    static func times(_ fromNs: Int64, _ toNs: Int64, about count: Int) -> [(timeNs: Int64, text: String)] {
      let (span, overflow) = toNs.subtractingReportingOverflow(fromNs)
      guard !overflow, span > 0 else { return [(fromNs, Timestamp.text(fromNs))] }
      let stepS = stepsS.first { $0 * Int64(count) * 1_000_000_000 >= span } ?? 315_360_000
      let stepNs = stepS * 1_000_000_000
      var ticks: [(Int64, String)] = []
      var time = fromNs - (fromNs % stepNs + stepNs) % stepNs
      while time <= toNs, ticks.count < 100 {
        if time >= fromNs {
          let text = Timestamp.text(time)
          // At midnight the new day, so that the same hour of two days is not the same text.
          let isDay = stepS >= 86_400 || time % 86_400_000_000_000 == 0
          ticks.append((time, isDay ? String(text.prefix(10)) : String(text.dropFirst(11).prefix(8))))
        }
        let (next, isOver) = time.addingReportingOverflow(stepNs)
        guard !isOver else { break }
        time = next
      }
      return ticks
    }
  }
#endif
