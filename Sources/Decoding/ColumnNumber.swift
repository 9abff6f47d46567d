/// What a value of a message is to a numeric column: one rule for the decoders of feeds and for whoever reads the same bodies again out of an
/// export, so that a model is fed with what it was trained on.
///
/// A number is itself; `true` and `false` are 1 and 0; a text that is a number as JSON writes it (many gateways quote them), spaces and tabs
/// around it aside, is that number; anything else is missing.
package enum ColumnNumber {
  package static func of(_ flag: Bool) -> Double { flag ? 1 : 0 }

  package static func of(text: UnsafeBufferPointer<UInt8>) -> Double {
    guard let base = text.baseAddress else { return .nan }
    return of(base, 0..<text.count)
  }

  @inline(__always)
  static func of(_ text: UnsafePointer<UInt8>, _ range: Range<Int>) -> Double {
    let (start, end) = trimmed(text, range)
    guard DecimalNumber.isNumber(text, start, end) else { return .nan }
    return DecimalNumber.double(text, start, end)
  }

  static func trimmed(_ text: UnsafePointer<UInt8>, _ range: Range<Int>) -> (start: Int, end: Int) {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
    while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
    return (start, end)
  }
}
