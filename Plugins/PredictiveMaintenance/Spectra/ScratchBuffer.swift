/// Room that grows to what a block needs and then stays: nothing is allocated for the next block of that size.
final class ScratchBuffer<Element: BitwiseCopyable> {
  private(set) var base: UnsafeMutablePointer<Element>
  private var capacity: Int

  init() {
    capacity = 1
    base = .allocate(capacity: 1)
  }

  deinit {
    base.deallocate()
  }

  /// What was in it is gone when it has to grow.
  func reserve(_ count: Int) -> UnsafeMutablePointer<Element> {
    if count > capacity {
      base.deallocate()
      base = .allocate(capacity: count)
      capacity = count
    }
    return base
  }
}
