/// The last `limit` dedupe keys of a feed. A key is forgotten when `limit` newer ones have come.
package struct RecentKeys {
  private let limit: Int
  private var order: [UInt64] = []
  private var head = 0
  private var known: Set<UInt64> = []

  package init(limit: Int, stored: [UInt64]) {
    precondition(limit > 0, "RecentKeys: no room")
    self.limit = limit
    for key in stored.suffix(limit) { _ = insert(key) }
  }

  /// False when the key is there already.
  package mutating func insert(_ key: UInt64) -> Bool {
    guard known.insert(key).inserted else { return false }
    if order.count < limit {
      order.append(key)
    } else {
      known.remove(order[head])
      order[head] = key
      head = (head + 1) % limit
    }
    return true
  }
}
