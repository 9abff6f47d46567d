/// Sizes and durations as text: a whole number, perhaps a space, a unit.
enum Quantity {
  private static let sizes: [(unit: String, bytes: Int)] = [
    ("b", 1), ("kb", 1000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000), ("kib", 1 << 10),
    ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40),
  ]
  private static let durations: [(unit: String, ms: Int)] = [
    ("ms", 1), ("s", 1000), ("min", 60_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]

  /// Bytes of `512MiB`, `1 GB`, `4096`. Nil for anything else, and for what does not fit into 63 bits.
  static func bytes(_ text: String) -> Int? {
    guard let (number, unit) = split(text) else { return nil }
    if unit.isEmpty { return number }
    return scaled(number, sizes.first { $0.unit == unit.lowercased() }?.bytes)
  }

  /// Milliseconds of `250ms`, `30s`, `5m`, `5min`, `2h`, `7d`. The unit is required.
  static func milliseconds(_ text: String) -> Int? {
    guard let (number, unit) = split(text) else { return nil }
    return scaled(number, durations.first { $0.unit == unit }?.ms)
  }

  /// The largest binary unit that divides: `1 MiB`, `4096` as `4 KiB`, `1000` as `1000 bytes`.
  static func text(bytes: Int) -> String {
    for (unit, factor) in [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
    where bytes >= factor && bytes % factor == 0 {
      return "\(bytes / factor) \(unit)"
    }
    return "\(bytes) bytes"
  }

  private static func split(_ text: String) -> (Int, String)? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    return (number, String(text.dropFirst(digits.count).drop { $0 == " " }))
  }

  private static func scaled(_ number: Int, _ factor: Int?) -> Int? {
    guard let factor else { return nil }
    let (value, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : value
  }
}
