/// A fixed array that costs nothing to read: no reference counting, no uniqueness.
final class Table<Element: BitwiseCopyable> {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    start = .allocate(capacity: max(elements.count, 1))
    start.initialize(from: elements, count: elements.count)
  }

  deinit {
    start.deallocate()
  }
}
