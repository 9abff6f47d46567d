/// Numbers in text as whole numbers of the smallest decimal place that occurs.
package enum DecimalText {
  /// Decimals that are kept; further ones are rounded.
  static let maximumDecimals = 4

  struct Number {
    /// In units of 10^−`decimals`.
    var digits: Int64
    var decimals: Int
  }

  /// Nil for what is no plain decimal number that fits; a sign is one that does not.
  static func parse(_ bytes: ArraySlice<UInt8>) -> Number? {
    var (value, decimals, seen, isPast) = (Int64(0), 0, 0, false)
    var roundsUp = false
    for byte in bytes {
      if byte == 0x2E, !isPast {
        isPast = true
        continue
      }
      guard (0x30...0x39).contains(byte) else { return nil }
      seen += 1
      if isPast, decimals == maximumDecimals {
        if seen > 0, !roundsUp, bytes.firstIndex(of: 0x2E)! + maximumDecimals + 1 < bytes.endIndex {
          roundsUp = bytes[bytes.firstIndex(of: 0x2E)! + maximumDecimals + 1] >= 0x35
        }
        continue
      }
      value = value * 10 + Int64(byte - 0x30)
      guard value <= 1 << 46 else { return nil }
      if isPast { decimals += 1 }
    }
    guard seen > 0 else { return nil }
    if roundsUp { value += 1 }
    while decimals > 0, value % 10 == 0 {
      value /= 10
      decimals -= 1
    }
    return Number(digits: value, decimals: decimals)
  }

  /// In units of 10^−`decimals`, of which it has no fewer.
  static func scaled(_ number: Number, to decimals: Int) -> Int64 {
    var value = number.digits
    for _ in number.decimals..<decimals { value *= 10 }
    return value
  }

  /// With as many decimals as the scale has, without trailing zeros.
  package static func text(_ value: Int64, decimals: Int) -> String {
    guard decimals > 0 else { return "\(value)" }
    var scale: Int64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let rest = String(value % scale)
    var digits = Substring(String(repeating: "0", count: decimals - rest.utf8.count) + rest)
    while digits.last == "0" { digits.removeLast() }
    return digits.isEmpty ? "\(value / scale)" : "\(value / scale).\(digits)"
  }
}
