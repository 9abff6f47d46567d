/// GS1 keys and element strings (GS1 General Specifications: keys 3.2 and 3.3, check digit 7.9, element strings 7.8).
package enum GS1 {
  /// FNC1 as scanners send it: ends an element of variable length that is not the last.
  static let separator = "\u{1D}"

  /// Modulo 10 with weights 3 and 1 from the right, over digits without their check digit.
  package static func checkDigit(of digits: String) -> Int {
    var sum = 0
    var weight = 3
    for byte in digits.utf8.reversed() {
      sum += Int(byte - 48) * weight
      weight = 4 - weight
    }
    return (10 - sum % 10) % 10
  }

  static func withCheckDigit(_ digits: String) -> String { digits + String(checkDigit(of: digits)) }

  static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  /// Trade item of the simulated company (prefix 0950110 is GS1's own, for examples): 14 digits.
  static func tradeItem(_ reference: Int) -> String { withCheckDigit("0950110" + padded(reference % 1_000_000, 6)) }

  /// Logistic unit: extension digit, company prefix, serial reference, check digit: 18 digits.
  static func logisticUnit(_ serial: Int) -> String { withCheckDigit("39501101" + padded(serial % 1_000_000_000, 9)) }

  /// A case of goods: (01) GTIN, (17) expiry YYMMDD, (10) lot. The lot comes last or is closed by a separator.
  static func caseLabel(gtin: String, expiry: String, lot: String, isLotLast: Bool) -> String {
    isLotLast ? "01\(gtin)17\(expiry)10\(lot)" : "01\(gtin)10\(lot)\(separator)17\(expiry)"
  }

  /// A pallet: (00) SSCC.
  static func palletLabel(_ sscc: String) -> String { "00\(sscc)" }
}
