/// Something in a journal's file that is not as it should be.
package struct JournalProblem: Sendable, Equatable {
  /// Nil: of the file as a whole.
  package var stream: String?
  /// Sequences, inclusive; 0 where it is not about records.
  package var first: UInt64
  package var last: UInt64
  package var text: String

  package init(stream: String? = nil, first: UInt64 = 0, last: UInt64 = 0, _ text: String) {
    self.stream = stream
    self.first = first
    self.last = last
    self.text = text
  }

  /// `scans 17-20: the block's checksum does not match`
  package var line: String {
    guard let stream else { return text }
    return first == 0 ? "\(stream): \(text)" : "\(stream) \(first)-\(last): \(text)"
  }
}
