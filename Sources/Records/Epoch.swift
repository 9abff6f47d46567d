/// The life of one journal: new whenever the database is created, restored or rolled back. The counter orders the epochs of
/// one agent; the random bits tell apart two that were given the same counter (a disk image restored twice).
package struct Epoch: Hashable, Sendable, CustomStringConvertible {
  package var counter: UInt32
  package var high: UInt64
  package var low: UInt64

  package init(counter: UInt32, high: UInt64, low: UInt64) {
    self.counter = counter
    self.high = high
    self.low = low
  }

  /// `<counter>-<32 hexadecimal digits>`
  package var description: String { "\(counter)-\(Self.hex(high))\(Self.hex(low))" }

  /// Nil for anything that `description` would not have written: an epoch is compared as text elsewhere.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", maxSplits: 1)
    guard parts.count == 2, let counter = UInt32(parts[0]), parts[1].utf8.count == 32,
      let high = UInt64(parts[1].prefix(16), radix: 16), let low = UInt64(parts[1].suffix(16), radix: 16)
    else { return nil }
    self.init(counter: counter, high: high, low: low)
    guard description.utf8.elementsEqual(text.utf8) else { return nil }
  }

  private static func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
