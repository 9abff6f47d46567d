/// A day of the calendar, UTC: `2027-12-31`.
package struct CalendarDay: Sendable, Equatable, CustomStringConvertible {
  package let text: String
  /// The first nanosecond after it, since 1970-01-01 UTC.
  package let endNs: Int64

  private static let dayNs: Int64 = 86_400 * 1_000_000_000

  package init?(_ text: String) {
    guard text.utf8.count == 10, let start = Timestamp.parse(text + "T00:00:00Z") else { return nil }
    let (end, overflow) = start.addingReportingOverflow(Self.dayNs)
    guard !overflow else { return nil }
    self.text = text
    endNs = end
  }

  package var description: String { text }
}
