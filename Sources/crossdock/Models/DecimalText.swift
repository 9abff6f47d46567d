#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Glibc

  /// Numbers as CSV files have them, to the nearest double: few digits exactly (Clinger 1990), the rest by strtod.
  enum DecimalText {
    private static let powersOfTen: [Double] = [
      1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
      1e21, 1e22,
    ]

    /// nil: no number.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
      var at = 0
      let count = text.count
      guard count > 0, count <= 1024 else { return nil }
      let isNegative = text[0] == UInt8(ascii: "-")
      if isNegative || text[0] == UInt8(ascii: "+") { at = 1 }
      var mantissa: UInt64 = 0
      var digits = 0
      var decimals = 0
      while at < count, text[at] &- 0x30 < 10 {
        mantissa = mantissa &* 10 &+ UInt64(text[at] &- 0x30)
        digits += 1
        at += 1
      }
      if at < count, text[at] == UInt8(ascii: ".") {
        at += 1
        let first = at
        while at < count, text[at] &- 0x30 < 10 {
          mantissa = mantissa &* 10 &+ UInt64(text[at] &- 0x30)
          at += 1
        }
        decimals = at - first
        digits += decimals
      }
      guard digits > 0 else { return special(text) }
      guard at == count, digits <= 19, mantissa <= 1 << 53, decimals <= 22 else { return slow(text) }
      let value = decimals == 0 ? Double(mantissa) : Double(mantissa) / powersOfTen[decimals]
      return isNegative ? -value : value
    }

    private static func slow(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
      for byte in text {
        let isPart =
          byte &- 0x30 < 10 || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
          || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
        if !isPart { return nil }
      }
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { copy in
        for i in 0..<text.count { copy[i] = CChar(bitPattern: text[i]) }
        copy[text.count] = 0
        guard let start = copy.baseAddress else { return nil }
        var end: UnsafeMutablePointer<CChar>?
        let value = strtod(start, &end)
        return end == start + text.count ? value : nil
      }
    }

    private static func special(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
      switch String(decoding: text, as: UTF8.self).lowercased() {
      case "nan", "na", "null": .nan
      case "inf", "+inf", "infinity": .infinity
      case "-inf", "-infinity": -.infinity
      default: nil
      }
    }

    /// A number of units as nanoseconds: exactly where it has no exponent and fits.
    static func nanoseconds(_ text: UnsafeBufferPointer<UInt8>, unitNs: Int64) -> Int64? {
      var at = 0
      let isNegative = text.first == UInt8(ascii: "-")
      if isNegative { at = 1 }
      var whole: Int64 = 0
      let first = at
      while at < text.count, text[at] &- 0x30 < 10, at - first < 18 {
        whole = whole * 10 + Int64(text[at] &- 0x30)
        at += 1
      }
      guard at > first else { return nil }
      let (scaled, overflow) = whole.multipliedReportingOverflow(by: unitNs)
      var sum = scaled
      if at < text.count, text[at] == UInt8(ascii: ".") {
        at += 1
        var share = unitNs
        while at < text.count, text[at] &- 0x30 < 10 {
          share /= 10
          sum &+= share * Int64(text[at] &- 0x30)
          at += 1
        }
      }
      guard at == text.count, !overflow, sum >= 0 else {
        guard let value = parse(text), value.isFinite else { return nil }
        let ns = (value * Double(unitNs)).rounded()
        return ns.magnitude < 9.2e18 ? Int64(ns) : nil
      }
      return isNegative ? -sum : sum
    }
  }
#endif
