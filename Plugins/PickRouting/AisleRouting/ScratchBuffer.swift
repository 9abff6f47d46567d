/// Memory that is used again by call after call, without the counting of references and the checks of an array: the way back of a
/// sweep writes some half a million short-lived entries.
///
/// Invariant: `count <= capacity`; `reserve` comes before `append`. Elements are trivial, so that nothing is ever deinitialised.
final class ScratchBuffer<Element: BitwiseCopyable> {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int
  var count = 0

  init(capacity: Int = 64) {
    base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit { base.deallocate() }

  /// Makes room for so many more elements; addresses may change.
  func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    let larger = max(2 * capacity, count + more)
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    memory.update(from: base, count: count)
    base.deallocate()
    base = memory
    capacity = larger
  }

  func append(_ element: Element) {
    assert(count < capacity)
    base[count] = element
    count += 1
  }

  /// Sets `newCount` elements to one value.
  func fill(_ newCount: Int, with element: Element) {
    count = 0
    reserve(newCount)
    base.update(repeating: element, count: newCount)
    count = newCount
  }

  /// Gives memory back that exceeds a bound; the content is lost.
  func trim(toBytes bytes: Int) {
    guard capacity * MemoryLayout<Element>.stride > bytes else { return }
    base.deallocate()
    capacity = 64
    base = .allocate(capacity: capacity)
    count = 0
  }
}
