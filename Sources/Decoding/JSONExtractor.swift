/// Finds the values of a fixed set of pointers in documents, one after the other, and checks each document as a whole.
/// Not Sendable: it belongs to the thread that decodes.
package final class JSONExtractor {
  private let tree: PointerTree
  private let slots: UnsafeMutablePointer<Int>
  private let slotCount: Int
  private let spans: UnsafeMutablePointer<JSONSpan>
  private let numbers: UnsafeMutablePointer<Double>
  private let unescaped: UnsafeMutableBufferPointer<UInt8>
  private let sampleSlot: Int
  private let state: UnsafeMutablePointer<State>

  /// Behind a pointer: an access to a class's own property is checked at run time.
  private struct State {
    var samples: UnsafeMutablePointer<Float>?
    /// Room in `samples`.
    var sampleCapacity = 0
    var sampleCount = 0
  }

  /// - Parameter samples: the index of the pointer of an array whose numbers are wanted as samples.
  package init(_ pointers: [JSONPointer], samples: Int? = nil) {
    tree = PointerTree(pointers)
    slotCount = tree.slotCount
    slots = .allocate(capacity: max(1, pointers.count))
    slots.initialize(from: tree.slots, count: tree.slots.count)
    if let samples { sampleSlot = tree.slots[samples] } else { sampleSlot = -1 }
    spans = .allocate(capacity: max(1, tree.slotCount))
    spans.initialize(repeating: .missing, count: max(1, tree.slotCount))
    numbers = .allocate(capacity: max(1, tree.slotCount))
    numbers.initialize(repeating: .nan, count: max(1, tree.slotCount))
    unescaped = .allocate(capacity: max(1, tree.longestKey))
    unescaped.initialize(repeating: 0)
    state = .allocate(capacity: 1)
    state.initialize(to: State())
  }

  deinit {
    state.pointee.samples?.deallocate()
    state.deallocate()
    slots.deallocate()
    spans.deallocate()
    numbers.deallocate()
    unescaped.deallocate()
  }

  /// Nil when the text is one valid document. `span` and the others then tell of this text, until the next call.
  package func scan(_ text: UnsafeRawBufferPointer) -> DecodeFault? {
    forgetSpans()
    guard text.count <= Int(Int32.max) else { return DecodeFault(.tooLong, at: 0) }
    guard let base = text.baseAddress, text.count > 0 else { return DecodeFault(.empty, at: 0) }
    var places = JSONScanner.Places(spans: spans, numbers: numbers, unescaped: unescaped)
    if sampleSlot >= 0 {
      places.sampleSlot = Int32(sampleSlot)
      places.samples = roomForSamples(JSONScanner.maxSamples(in: text.count))
    }
    var scanner = JSONScanner(
      base.assumingMemoryBound(to: UInt8.self), count: text.count, tree: tree, places)
    if scanner.document() {
      state.pointee.sampleCount = scanner.sampleCount
      return nil
    }
    forgetSpans()
    return scanner.fault
  }

  /// - Parameter pointer: its index in the array given to `init`.
  package func span(of pointer: Int) -> JSONSpan { spans[slots[pointer]] }

  /// The value of a pointer whose span is a number.
  package func number(of pointer: Int) -> Double { numbers[slots[pointer]] }

  /// The numbers of the sample array, NaN for elements that are none; empty when there is no such array.
  package var samples: UnsafeBufferPointer<Float> {
    guard sampleSlot >= 0, spans[sampleSlot].kind == .array else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: state.pointee.samples, count: state.pointee.sampleCount)
  }

  private func forgetSpans() {
    var slot = 0
    while slot < slotCount {
      spans[slot] = .missing
      slot += 1
    }
  }

  /// Grows to twice the need; only what is written of it costs memory.
  private func roomForSamples(_ count: Int) -> UnsafeMutablePointer<Float> {
    if let samples = state.pointee.samples, state.pointee.sampleCapacity >= count { return samples }
    state.pointee.samples?.deallocate()
    let samples = UnsafeMutablePointer<Float>.allocate(capacity: 2 * count)
    state.pointee.samples = samples
    state.pointee.sampleCapacity = 2 * count
    return samples
  }
}
