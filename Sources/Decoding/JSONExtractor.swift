/// Finds the values of a fixed set of pointers in documents, one after the other, and checks each document as a whole.
/// Not Sendable: it belongs to the thread that decodes.
package final class JSONExtractor {
  private let tree: PointerTree
  private let spans: UnsafeMutablePointer<JSONSpan>
  private let unescaped: UnsafeMutableBufferPointer<UInt8>

  package init(_ pointers: [JSONPointer]) {
    tree = PointerTree(pointers)
    spans = .allocate(capacity: max(1, tree.slotCount))
    spans.initialize(repeating: .missing, count: max(1, tree.slotCount))
    unescaped = .allocate(capacity: max(1, tree.longestKey))
    unescaped.initialize(repeating: 0)
  }

  deinit {
    spans.deallocate()
    unescaped.deallocate()
  }

  /// Nil when the text is one valid document. `span` then tells of this text, until the next call.
  package func scan(_ text: UnsafeRawBufferPointer) -> DecodeFault? {
    for slot in 0..<tree.slotCount { spans[slot] = .missing }
    guard text.count <= Int(Int32.max) else { return DecodeFault(.tooLong, at: 0) }
    guard let base = text.baseAddress, text.count > 0 else { return DecodeFault(.empty, at: 0) }
    var scanner = JSONScanner(
      base.assumingMemoryBound(to: UInt8.self), count: text.count, tree: tree, spans: spans, unescaped: unescaped)
    if scanner.document() { return nil }
    for slot in 0..<tree.slotCount { spans[slot] = .missing }
    return scanner.fault
  }

  /// - Parameter pointer: its index in the array given to `init`.
  package func span(of pointer: Int) -> JSONSpan { spans[tree.slots[pointer]] }
}
