// Numbers as JSON writes them (RFC 8259, section 6), from bytes.
//
// Exactness: a number of at most 2^53 in its digits and a power of ten within ±22 is one exact multiplication or division
// of two exact doubles, correctly rounded (W. D. Clinger, "How to read floating point numbers accurately", 1990). All
// others go through strtod, which glibc rounds correctly.
import Glibc

struct DecimalNumber {
  /// Longer numbers are refused: what they say beyond is below any double.
  static let maxBytes = 1024
  /// Digits that surely fit into UInt64.
  private static let maxDigits = 19

  private var isNegative = false
  private var mantissa: UInt64 = 0
  /// value = mantissa * 10^exponent
  private var exponent = 0
  /// Digits were left out of the mantissa.
  private var isCut = false

  // MARK: syntax

  /// The end of the number that begins at `start`, or the fault.
  static func end(
    _ text: UnsafePointer<UInt8>, from start: Int, to limit: Int
  ) -> (end: Int, reason: DecodeFault.Reason?) {
    var at = start
    if text[at] == UInt8(ascii: "-") { at += 1 }
    let whole = at
    at = digits(text, at, limit)
    guard at > whole else { return (at, .expectedDigit) }
    if text[whole] == UInt8(ascii: "0"), at > whole + 1 { return (whole, .leadingZero) }
    var mayOverflow = at - whole > 300
    if at < limit, text[at] == UInt8(ascii: ".") {
      let first = at + 1
      at = digits(text, first, limit)
      guard at > first else { return (at, .expectedDigit) }
    }
    if at < limit, text[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < limit, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at += 1 }
      let first = at
      at = digits(text, first, limit)
      guard at > first else { return (at, .expectedDigit) }
      mayOverflow = mayOverflow || at - first > 1
    }
    if at - start > maxBytes { return (start, .numberTooLong) }
    if mayOverflow, !double(text, start, at).isFinite { return (start, .numberTooLarge) }
    return (at, nil)
  }

  /// The end of the number that begins at `start` and its value, or the fault: `end` and `double` in one pass for numbers
  /// without an exponent and with no more digits than are exact; for all others the two of them.
  @inline(__always)
  static func parse(
    _ text: UnsafePointer<UInt8>, from start: Int, to limit: Int, into value: inout Double
  ) -> (end: Int, reason: DecodeFault.Reason?) {
    var at = start
    if text[at] == UInt8(ascii: "-") { at += 1 }
    let whole = at
    var mantissa: UInt64 = 0
    func takeDigits() {
      while at < limit {
        let digit = text[at] &- 0x30
        guard digit < 10 else { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        at += 1
      }
    }
    takeDigits()
    var count = at - whole
    var decimals = 0
    if at < limit, text[at] == UInt8(ascii: ".") {
      let fraction = at + 1
      at = fraction
      takeDigits()
      decimals = at - fraction
      count = decimals == 0 || count == 0 ? 0 : count + decimals
    }
    let isPlain = at == limit || text[at] | 0x20 != UInt8(ascii: "e")
    let hasLeadingZero = count > 1 && text[whole] == UInt8(ascii: "0") && text[whole + 1] != UInt8(ascii: ".")
    guard isPlain, !hasLeadingZero, count > 0, count <= maxDigits, mantissa <= 1 << 53 else {
      let scanned = end(text, from: start, to: limit)
      if scanned.reason == nil { value = double(text, start, scanned.end) }
      return scanned
    }
    let magnitude = decimals == 0 ? Double(mantissa) : Double(mantissa) / powersOfTen[decimals]
    value = whole > start ? -magnitude : magnitude
    return (at, nil)
  }

  /// Whether all of it is one number.
  static func isNumber(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    guard start < end else { return false }
    let scanned = Self.end(text, from: start, to: end)
    return scanned.reason == nil && scanned.end == end
  }

  @inline(__always)
  private static func digits(_ text: UnsafePointer<UInt8>, _ from: Int, _ limit: Int) -> Int {
    var at = from
    while at < limit, text[at] &- 0x30 < 10 { at += 1 }
    return at
  }

  // MARK: value

  /// The nearest double of a number that is known to be well-formed.
  static func double(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Double {
    let number = DecimalNumber(text, start, end)
    guard !number.isCut, number.mantissa <= 1 << 53, number.exponent.magnitude < powersOfTen.count else {
      return slowDouble(text, start, end)
    }
    var value = Double(number.mantissa)
    if number.exponent < 0 {
      value /= powersOfTen[-number.exponent]
    } else {
      value *= powersOfTen[number.exponent]
    }
    return number.isNegative ? -value : value
  }

  /// The number times 10^scale as a whole number, cut towards zero; nil when it does not fit.
  static func scaled(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, byPowerOfTen scale: Int) -> Int64? {
    let number = DecimalNumber(text, start, end)
    var value = number.mantissa
    var power = number.exponent + scale
    if value == 0 { return 0 }
    while power > 0 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      value = product
      power -= 1
    }
    while power < 0, value > 0 {
      value /= 10
      power += 1
    }
    guard let whole = Int64(exactly: value) else { return nil }
    return number.isNegative ? -whole : whole
  }

  private init(_ text: UnsafePointer<UInt8>, _ start: Int, _ limit: Int) {
    var at = start
    if text[at] == UInt8(ascii: "-") {
      isNegative = true
      at += 1
    }
    let first = at
    at = read(text, at, limit)
    var count = at - first
    if at < limit, text[at] == UInt8(ascii: ".") {
      let fraction = at + 1
      at = read(text, fraction, limit)
      count += at - fraction
      exponent = fraction - at
    }
    if count > Self.maxDigits { readCut(text, first, at) }
    if at < limit, text[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      let isBelow = text[at] == UInt8(ascii: "-")
      if isBelow || text[at] == UInt8(ascii: "+") { at += 1 }
      var power = 0
      while at < limit, text[at] &- 0x30 < 10 {
        power = min(power * 10 + Int(text[at] &- 0x30), 1_000_000)
        at += 1
      }
      exponent += isBelow ? -power : power
    }
  }

  /// Takes digits into the mantissa; it is wrong, and read again, when they are too many.
  @inline(__always)
  private mutating func read(_ text: UnsafePointer<UInt8>, _ start: Int, _ limit: Int) -> Int {
    var at = start
    while at < limit {
      let digit = text[at] &- 0x30
      guard digit < 10 else { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      at += 1
    }
    return at
  }

  /// Digits and point again, with the first digits that count; the rest only moves the exponent.
  private mutating func readCut(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    mantissa = 0
    exponent = 0
    var count = 0
    var isFraction = false
    for at in start..<end {
      let digit = text[at] &- 0x30
      if digit >= 10 {
        isFraction = true
      } else if count < Self.maxDigits {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        if mantissa != 0 { count += 1 }
        if isFraction { exponent -= 1 }
      } else {
        isCut = isCut || digit != 0
        if !isFraction { exponent += 1 }
      }
    }
  }

  private static func slowDouble(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Double {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: maxBytes + 1) { copy in
      let count = min(end - start, maxBytes)
      for i in 0..<count { copy[i] = CChar(bitPattern: text[start + i]) }
      copy[count] = 0
      var stop: UnsafeMutablePointer<CChar>?
      let value = strtod(copy.baseAddress!, &stop)
      // In a locale with a decimal comma (a plug-in called setlocale) strtod stops at the point.
      if stop == copy.baseAddress! + count { return value }
      return Double(String(cString: copy.baseAddress!)) ?? .infinity
    }
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
