// Surprise by context, after the contextual anomaly detector of Smirnov (CAD OSE, NAB competition 2016): a value that has
// not followed what came before it is unusual, however usual it is by itself.
//
// Values in 0…1 are put into 8 levels (3 bits); the context is the last two levels. Counted is which level followed which
// context. The surprise is −ln P(level | context), P with half a count for all unseen levels together; only contexts that were seen
// five times speak. The original keeps an open list of contexts and needs eviction; with levels and depth fixed every
// context has its place, and counts are halved at 255, so that old habits fade: 576 bytes, no allocation after `init`.

import Glibc
package import StateCoding

package struct ContextDetector: Equatable {
  private static let levels = 8
  private static let contexts = 64
  private static let leastSeen = 5
  private static let prior = 0.5

  private var counts = [UInt8](repeating: 0, count: contexts * levels)
  private var context = 0
  private var filled: UInt8 = 0

  package init() {}

  /// In nats, 0 for what cannot be judged yet; a value that is not finite is no value.
  package mutating func surprise(_ value: Double) -> Double {
    guard value.isFinite else { return 0 }
    let level = min(max(Int(min(max(value, 0), 1) * Double(Self.levels)), 0), Self.levels - 1)
    defer {
      context = (context * Self.levels + level) % Self.contexts
      filled = min(filled + 1, 2)
    }
    guard filled == 2 else { return 0 }
    let first = context * Self.levels
    var total = 0
    for i in first..<(first + Self.levels) { total += Int(counts[i]) }
    let seen = Int(counts[first + level])
    remember(first, level)
    guard total >= Self.leastSeen else { return 0 }
    return -log((Double(seen) + Self.prior / Double(Self.levels)) / (Double(total) + Self.prior))
  }

  private mutating func remember(_ first: Int, _ level: Int) {
    if counts[first + level] == .max {
      for i in first..<(first + Self.levels) { counts[i] /= 2 }
    }
    counts[first + level] += 1
  }

  package func encode(into writer: StateWriter) {
    writer.append(filled)
    writer.append(UInt8(context))
    for count in counts { writer.append(count) }
  }

  package init(from reader: inout StateReader) throws {
    filled = try reader.integer()
    context = Int(try reader.integer(UInt8.self))
    guard filled <= 2, context < Self.contexts else {
      throw StateReader.Damaged(description: "a context is not one of \(Self.contexts)")
    }
    for i in counts.indices { counts[i] = try reader.integer() }
  }
}
