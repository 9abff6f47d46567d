/// Numbers as people read them.
package enum Figures {
  /// `1,234,567`
  static func count(_ number: Int) -> String {
    var text = ""
    for (i, digit) in String(number.magnitude).reversed().enumerated() {
      if i > 0, i % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  /// `12.3`
  static func decimal(_ number: Double, places: Int = 1) -> String {
    guard number.isFinite, number.magnitude < 1e15 else { return "?" }
    var power = 1
    for _ in 0..<places { power *= 10 }
    let scaled = Int((number.magnitude * Double(power)).rounded())
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % power)
    return "\(sign)\(scaled / power)." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
  }

  /// Three digits or so: `0.0123`, `1.23`, `12.3`, `1234`.
  static func significant(_ number: Double) -> String {
    switch number.magnitude {
    case 0: "0"
    case ..<0.1: decimal(number, places: 4)
    case ..<10: decimal(number, places: 2)
    case ..<1000: decimal(number, places: 1)
    default: decimal(number, places: 0)
    }
  }

  /// `12.3 MiB`
  static func bytes(_ number: Int) -> String {
    var value = Double(number)
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if value < 1024 || unit == "GiB" { return unit == "B" ? "\(number) B" : "\(decimal(value)) \(unit)" }
      value /= 1024
    }
    return ""
  }

  /// `850 µs`, `12.3 ms`, `1.20 s`
  static func microseconds(_ number: Int) -> String {
    if number < 1000 { return "\(number) µs" }
    if number < 1_000_000 { return "\(decimal(Double(number) / 1000)) ms" }
    return "\(decimal(Double(number) / 1e6, places: 2)) s"
  }

  /// `0:42`, `1:02:03`, `3 d 4:05:06`
  static func duration(_ seconds: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
    if days > 0 { return "\(days) d \(hours):\(two(minutes)):\(two(seconds % 60))" }
    if hours > 0 { return "\(hours):\(two(minutes)):\(two(seconds % 60))" }
    return "\(minutes):\(two(seconds % 60))"
  }

  /// `[####······]`, `width` characters in all.
  static func bar(_ part: Int, of whole: Int, width: Int) -> String {
    let inner = max(0, width - 2)
    let share = whole > 0 ? min(1, max(0, Double(part) / Double(whole))) : 0
    let filled = min(
      inner, Int((share * Double(inner)).rounded(part > 0 && share < 0.5 ? .up : .toNearestOrAwayFromZero)))
    return "[" + String(repeating: "#", count: filled) + String(repeating: "·", count: inner - filled) + "]"
  }

  static func left(_ text: String, _ width: Int) -> String {
    let cut = StyledLine.fit(text, width)
    return cut + String(repeating: " ", count: max(0, width - cut.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
