/// Why a sample, or a whole record, is not as it should be.
package struct QualityReasons: OptionSet, Sendable, Hashable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  // Of one input (or of the waveform, which comes after the inputs).
  package static let missing = QualityReasons(rawValue: 1 << 0)
  package static let notFinite = QualityReasons(rawValue: 1 << 1)
  package static let range = QualityReasons(rawValue: 1 << 2)
  package static let rate = QualityReasons(rawValue: 1 << 3)
  package static let stuck = QualityReasons(rawValue: 1 << 4)
  package static let unit = QualityReasons(rawValue: 1 << 5)
  package static let length = QualityReasons(rawValue: 1 << 6)
  // Of the record.
  package static let undefined = QualityReasons(rawValue: 1 << 7)
  package static let late = QualityReasons(rawValue: 1 << 8)
  package static let gap = QualityReasons(rawValue: 1 << 9)
  package static let clock = QualityReasons(rawValue: 1 << 10)
  package static let thinned = QualityReasons(rawValue: 1 << 11)
  package static let windowFull = QualityReasons(rawValue: 1 << 12)

  package static let names: [(reason: QualityReasons, name: String)] = [
    (.missing, "missing"), (.notFinite, "not_finite"), (.range, "range"), (.rate, "rate"), (.stuck, "stuck"),
    (.unit, "unit"), (.length, "length"), (.undefined, "undefined"), (.late, "late"), (.gap, "gap"), (.clock, "clock"),
    (.thinned, "thinned"), (.windowFull, "window_full"),
  ]

  /// `range+stuck`
  package var text: String {
    Self.names.filter { contains($0.reason) }.map(\.name).joined(separator: "+")
  }
}
