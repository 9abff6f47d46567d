#if PLUGIN_PREDICTIVE_MAINTENANCE
  /// Numbers for people, with a fixed number of decimals.
  enum FixedDecimal {
    /// `12.30`; a dash for what is no number or too large for one.
    static func text(_ value: Double, places: Int) -> String {
      guard value.isFinite, value.magnitude < 1e12 else { return "-" }
      var power = 1
      for _ in 0..<places { power *= 10 }
      let scaled = Int((value.magnitude * Double(power)).rounded())
      let sign = value < 0 && scaled > 0 ? "-" : ""
      guard places > 0 else { return "\(sign)\(scaled)" }
      let fraction = String(scaled % power)
      return "\(sign)\(scaled / power)." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
    }
  }
#endif
