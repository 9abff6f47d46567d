package import Records

/// A stream as the journal has it now.
package struct StreamPosition: Sendable, Equatable {
  package var name: String
  package var streamClass: StreamClass
  /// The oldest sequence kept; `last + 1` when none is.
  package var first: UInt64
  package var last: UInt64

  package init(name: String, streamClass: StreamClass, first: UInt64, last: UInt64) {
    self.name = name
    self.streamClass = streamClass
    self.first = first
    self.last = last
  }
}

/// How far one stream is with one destination.
///
/// `watermark` is what the destination has confirmed, and therefore the `follows` of the next segment. `readAfter` is where
/// the journal is read on: further than the watermark when a record was set aside.
struct StreamProgress: Sendable, Equatable {
  var position: StreamPosition
  var watermark: UInt64
  var readAfter: UInt64
  /// The highest watermark ever seen: only beyond it an answer is progress.
  var highest: UInt64
  /// A refused record whose letter is not yet durable: nothing of this stream is sent until it is.
  var heldAt: UInt64?
  /// The destination and the journal contradict each other: asked again then, not earlier.
  var blockedUntilMs: Int64 = .min
  var lastSentMs: Int64?
  /// The last segment ended at one of its bounds: what it left waits for no company, however few records that are.
  var wasCut = false
  /// The bounds of the next segment.
  var maxRecords: Int
  var maxBytes: Int
  /// Successes until the bounds are doubled again, and the value from which that is counted.
  var growIn = 0
  var growEvery = 1
  /// See `SegmentSchedule`.
  var virtualFinish: UInt64 = 0

  init(_ position: StreamPosition, cursor: UInt64, setAside: UInt64, limits: UplinkLimits) {
    self.position = position
    watermark = cursor
    highest = cursor
    // The record after the watermark was set aside in an earlier life and nothing was accepted since.
    readAfter = setAside > cursor && setAside <= position.last ? setAside : cursor
    maxRecords = limits.segmentMaxRecords
    maxBytes = limits.effectiveSegmentMaxBytes
  }

  /// Records that are kept and not sent yet.
  var backlog: UInt64 {
    let from = max(readAfter, position.first - 1)
    return position.last > from ? position.last - from : 0
  }

  /// Records that the destination does not have, those included that can no longer be sent.
  var lag: UInt64 { position.last > watermark ? position.last - watermark : 0 }

  /// Something is to be sent: records, or the declaration alone that those up to the last are gone or set aside.
  var isPending: Bool { lag > 0 }

  /// When this stream may send, given that it is pending.
  func readyMs(intervalMs: Int64) -> Int64 {
    if heldAt != nil { return .max }
    let isUrgent = position.streamClass >= .decision || wasCut || backlog >= UInt64(maxRecords)
    let company = isUrgent ? Int64.min : (lastSentMs ?? .min / 2) + intervalMs
    return max(company, blockedUntilMs)
  }

  /// True when the destination has more than ever before.
  mutating func moveWatermark(to sequence: UInt64) -> Bool {
    defer { highest = max(highest, sequence) }
    watermark = sequence
    readAfter = sequence
    heldAt = nil
    return sequence > highest
  }

  /// A segment was read. A bound of bytes ends it before the record that would not fit, so that half full counts.
  mutating func noteCut(through last: UInt64, records: Int, bytes: Int) {
    wasCut = last < position.last && (records >= maxRecords || bytes * 2 >= maxBytes)
  }

  /// Halves the bounds from what was really sent.
  mutating func shrink(records: Int, bytes: Int, growEvery: Int) {
    maxRecords = max(1, records / 2)
    maxBytes = max(1, bytes / 2)
    self.growEvery = growEvery
    growIn = growEvery
  }

  mutating func grow(to limits: UplinkLimits) {
    let most = limits.effectiveSegmentMaxBytes
    guard maxRecords < limits.segmentMaxRecords || maxBytes < most else { return }
    growIn -= 1
    guard growIn <= 0 else { return }
    maxRecords = min(maxRecords * 2, limits.segmentMaxRecords)
    maxBytes = min(maxBytes * 2, most)
    growIn = growEvery
  }
}
