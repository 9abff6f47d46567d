// The dedupe keys of a feed that are remembered: the last `limit`, and of those only the ones that first came within the window.
//
// Time is the monotonic clock with suspended time (CLOCK_BOOTTIME), never the wall clock. The journal keeps keys without
// times: after a restart all of them count as seen at the restart, so that a key is remembered for at most one window more.
// A key that comes again does not begin a new window.
//
// Memory: a ring of entries, the oldest at `head`, and an open-addressing table of their places (linear probing, at most half
// full). Invariants: every entry of the ring is in the table once and nothing else is; times ascend from `head`. All of it is
// allocated once; a page costs memory when it is first written.
package final class RecentKeys {
  private struct Entry {
    var key: UInt64
    var seenNs: Int64
  }

  private let limit: Int
  /// Nil: remembered as long as there is room.
  private let windowNs: Int64?
  private let ring: UnsafeMutablePointer<Entry>
  /// Place in the ring + 1, or 0.
  private let table: UnsafeMutablePointer<UInt32>
  private let mask: Int
  private var span = Span()

  /// What part of the ring is in use: one property, since each access to one is checked at run time.
  private struct Span {
    var head = 0
    var count = 0
  }

  /// - Parameter stored: from the journal, oldest first.
  package init(limit: Int, windowNs: Int64? = nil, stored: [UInt64] = [], nowNs: Int64 = 0) {
    precondition(limit > 0 && limit < Int(UInt32.max), "RecentKeys: no room")
    self.limit = limit
    self.windowNs = windowNs
    var places = 2
    while places < 2 * limit { places *= 2 }
    mask = places - 1
    ring = .allocate(capacity: limit)
    table = .allocate(capacity: places)
    table.initialize(repeating: 0, count: places)
    for key in stored.suffix(limit) { _ = insert(key, nowNs: nowNs) }
  }

  deinit {
    ring.deallocate()
    table.deallocate()
  }

  package var count: Int { span.count }

  /// Remembers a key; false when it is known already.
  package func insert(_ key: UInt64, nowNs: Int64) -> Bool {
    var span = self.span
    defer { self.span = span }
    if let windowNs {
      while span.count > 0, nowNs - ring[span.head].seenNs > windowNs { forgetOldest(&span) }
    }
    var place = home(key)
    while table[place] != 0 {
      if ring[Int(table[place]) - 1].key == key { return false }
      place = (place + 1) & mask
    }
    if span.count == limit {
      forgetOldest(&span)
      // What was behind the forgotten one may have moved up: the free place is another one.
      place = home(key)
      while table[place] != 0 { place = (place + 1) & mask }
    }
    var end = span.head + span.count
    if end >= limit { end -= limit }
    ring[end] = Entry(key: key, seenNs: nowNs)
    table[place] = UInt32(end + 1)
    span.count += 1
    return true
  }

  /// Keys are hashes already.
  @inline(__always)
  private func home(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key) & mask }

  private func forgetOldest(_ span: inout Span) {
    var hole = home(ring[span.head].key)
    while Int(table[hole]) != span.head + 1 { hole = (hole + 1) & mask }
    // Whatever probed past the hole moves into it.
    var place = (hole + 1) & mask
    while table[place] != 0 {
      let home = home(ring[Int(table[place]) - 1].key)
      if (place - home) & mask >= (place - hole) & mask {
        table[hole] = table[place]
        hole = place
      }
      place = (place + 1) & mask
    }
    table[hole] = 0
    span.head = span.head + 1 == limit ? 0 : span.head + 1
    span.count -= 1
  }
}
