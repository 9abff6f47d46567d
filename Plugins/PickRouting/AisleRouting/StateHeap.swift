/// A binary heap of states by their distance; the same state may stand in it more than once.
struct StateHeap {
  private var items: [(distance: Int64, state: Int)] = []

  mutating func insert(state: Int, at distance: Int64) {
    items.append((distance, state))
    items.withUnsafeMutableBufferPointer { items in
      var child = items.count - 1
      while child > 0, items[(child - 1) / 2].distance > distance {
        items[child] = items[(child - 1) / 2]
        child = (child - 1) / 2
      }
      items[child] = (distance, state)
    }
  }

  mutating func removeFirst() -> (distance: Int64, state: Int)? {
    guard let last = items.popLast() else { return nil }
    guard let first = items.first else { return last }
    items.withUnsafeMutableBufferPointer { items in
      var parent = 0
      while true {
        var child = 2 * parent + 1
        guard child < items.count else { break }
        if child + 1 < items.count, items[child + 1].distance < items[child].distance { child += 1 }
        guard items[child].distance < last.distance else { break }
        items[parent] = items[child]
        parent = child
      }
      items[parent] = last
    }
    return first
  }
}
