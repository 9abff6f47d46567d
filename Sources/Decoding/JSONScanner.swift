// One pass over the bytes of a JSON document: checks all of it against RFC 8259 (UTF-8, nothing after the document), notes
// where the values of a `PointerTree` stand, and reads those that are numbers, also the numbers of one array of samples. No
// String, no allocation.
//
// Invariant: where `spans[slot]` is a number, `numbers[slot]` is its value. `sampleCount` tells of the array read last for the
// sample slot; it means something only where the span there is an array.
// Bounds: `maxDepth` open objects and arrays (the scanner recurses); `DecimalNumber.maxBytes` for a number.
// Duplicate keys: the last one counts, as in most readers (RFC 8259, section 4, leaves it open). A value seen under an
// earlier one is forgotten, with everything below.
struct JSONScanner {
  static let maxDepth = 64

  private let text: UnsafePointer<UInt8>
  private let end: Int
  private var at = 0
  /// Whether the string read last has escapes.
  private var hasEscapes = false
  private(set) var fault = DecodeFault(.empty, at: 0)

  private let nodes: UnsafePointer<PointerTree.Node>
  private let edges: UnsafePointer<PointerTree.Edge>
  private let spans: UnsafeMutablePointer<JSONSpan>
  private let numbers: UnsafeMutablePointer<Double>
  private let unescaped: UnsafeMutableBufferPointer<UInt8>
  /// -1: no samples are wanted.
  private let sampleSlot: Int32
  private let samples: UnsafeMutablePointer<Float>?
  private(set) var sampleCount = 0

  /// Memory that outlives the scanner.
  struct Places {
    /// Of each slot of the tree.
    var spans: UnsafeMutablePointer<JSONSpan>
    var numbers: UnsafeMutablePointer<Double>
    /// Room for the longest key of the tree.
    var unescaped: UnsafeMutableBufferPointer<UInt8>
    var sampleSlot: Int32 = -1
    /// Room for `maxSamples(in:)` of the text.
    var samples: UnsafeMutablePointer<Float>?
  }

  /// An element takes a byte and a comma at least.
  static func maxSamples(in bytes: Int) -> Int { bytes / 2 + 1 }

  init(_ text: UnsafePointer<UInt8>, count: Int, tree: PointerTree, _ places: Places) {
    self.text = text
    end = count
    nodes = tree.nodes
    edges = tree.edges
    spans = places.spans
    numbers = places.numbers
    unescaped = places.unescaped
    sampleSlot = places.samples == nil ? -1 : places.sampleSlot
    samples = places.samples
  }

  /// False when the text is not a document; then `fault` says why.
  mutating func document() -> Bool {
    guard value(node: 0, depth: 0) else { return false }
    skipSpace()
    return at == end || fail(.textAfterDocument)
  }

  private mutating func fail(_ reason: DecodeFault.Reason, at offset: Int? = nil) -> Bool {
    fault = DecodeFault(reason, at: offset ?? at)
    return false
  }

  @inline(__always)
  private mutating func skipSpace() {
    while at < end, text[at] <= 0x20 {
      let byte = text[at]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      at += 1
    }
  }

  /// - Parameter node: where in the tree the value stands; negative when nothing below it is wanted.
  private mutating func value(node: Int, depth: Int) -> Bool {
    skipSpace()
    guard at < end else { return fail(.endsEarly) }
    let start = at
    let slot = node >= 0 ? nodes[node].slot : -1
    let kind: JSONKind
    switch text[at] {
    case UInt8(ascii: "\""):
      kind = .string
      guard string() else { return false }
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      kind = .number
      guard slot >= 0 ? number(into: &numbers[Int(slot)]) : number() else { return false }
    case UInt8(ascii: "{"):
      kind = .object
      guard object(node: node, depth: depth + 1) else { return false }
    case UInt8(ascii: "["):
      kind = .array
      guard
        slot >= 0 && slot == sampleSlot ? samples(node: node, depth: depth + 1) : array(node: node, depth: depth + 1)
      else { return false }
    case UInt8(ascii: "t"):
      kind = .bool
      guard literal("true") else { return false }
    case UInt8(ascii: "f"):
      kind = .bool
      guard literal("false") else { return false }
    case UInt8(ascii: "n"):
      kind = .null
      guard literal("null") else { return false }
    default: return fail(.expectedValue)
    }
    if slot >= 0 {
      spans[Int(slot)] = JSONSpan(
        start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: at), kind: kind,
        isEscaped: kind == .string && hasEscapes)
    }
    return true
  }

  private mutating func literal(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard at + count <= end else { return fail(.expectedLiteral) }
    for i in 0..<count where text[at + i] != word.utf8Start[i] { return fail(.expectedLiteral) }
    at += count
    return true
  }

  private mutating func number() -> Bool {
    let scanned = DecimalNumber.end(text, from: at, to: end)
    if let reason = scanned.reason { return fail(reason, at: scanned.end) }
    at = scanned.end
    return true
  }

  private mutating func number(into value: inout Double) -> Bool {
    let scanned = DecimalNumber.parse(text, from: at, to: end, into: &value)
    if let reason = scanned.reason { return fail(reason, at: scanned.end) }
    at = scanned.end
    return true
  }

  private mutating func object(node: Int, depth: Int) -> Bool {
    guard depth <= Self.maxDepth else { return fail(.tooDeep) }
    at += 1
    skipSpace()
    if at < end, text[at] == UInt8(ascii: "}") {
      at += 1
      return true
    }
    let hasWanted = node >= 0 && nodes[node].edgeCount > 0
    while true {
      skipSpace()
      guard at < end, text[at] == UInt8(ascii: "\"") else { return fail(at < end ? .expectedKey : .endsEarly) }
      let keyStart = at + 1
      guard string() else { return false }
      let child = hasWanted ? member(of: node, keyStart, at - 1) : -1
      skipSpace()
      guard at < end, text[at] == UInt8(ascii: ":") else { return fail(at < end ? .expectedColon : .endsEarly) }
      at += 1
      guard value(node: child, depth: depth) else { return false }
      skipSpace()
      guard at < end else { return fail(.endsEarly) }
      let byte = text[at]
      guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") else { return fail(.expectedComma) }
      at += 1
      if byte == UInt8(ascii: "}") { return true }
    }
  }

  private mutating func array(node: Int, depth: Int) -> Bool {
    guard depth <= Self.maxDepth else { return fail(.tooDeep) }
    at += 1
    skipSpace()
    if at < end, text[at] == UInt8(ascii: "]") {
      at += 1
      return true
    }
    let hasWanted = node >= 0 && nodes[node].edgeCount > 0
    var index: Int32 = 0
    while true {
      guard value(node: hasWanted ? element(of: node, index) : -1, depth: depth) else { return false }
      index += 1
      skipSpace()
      guard at < end else { return fail(.endsEarly) }
      let byte = text[at]
      guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") else { return fail(.expectedComma) }
      at += 1
      if byte == UInt8(ascii: "]") { return true }
    }
  }

  /// An array whose numbers are wanted; an element that is none is NaN.
  private mutating func samples(node: Int, depth: Int) -> Bool {
    guard let samples, depth <= Self.maxDepth else { return fail(.tooDeep) }
    at += 1
    sampleCount = 0
    skipSpace()
    if at < end, text[at] == UInt8(ascii: "]") {
      at += 1
      return true
    }
    // Few ask for single elements besides.
    let hasWanted = nodes[node].edgeCount > 0
    var index: Int32 = 0
    while true {
      skipSpace()
      var number = Double.nan
      let isNumber = at < end && (text[at] == UInt8(ascii: "-") || text[at] &- 0x30 < 10)
      if isNumber {
        let start = at
        guard self.number(into: &number) else { return false }
        if hasWanted { keep(number, start, of: element(of: node, index)) }
      } else {
        guard value(node: hasWanted ? element(of: node, index) : -1, depth: depth) else { return false }
      }
      samples[Int(index)] = Float(number)
      index += 1
      skipSpace()
      guard at < end else { return fail(.endsEarly) }
      let byte = text[at]
      guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") else { return fail(.expectedComma) }
      at += 1
      if byte == UInt8(ascii: "]") {
        sampleCount = Int(index)
        return true
      }
    }
  }

  private func keep(_ number: Double, _ start: Int, of node: Int) {
    guard node >= 0, nodes[node].slot >= 0 else { return }
    numbers[Int(nodes[node].slot)] = number
    spans[Int(nodes[node].slot)] = JSONSpan(
      start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: at), kind: .number)
  }

  // MARK: the tree

  /// The tree's node for a member, with everything forgotten that an earlier member of the same key left; -1 for none.
  private mutating func member(of node: Int, _ keyStart: Int, _ keyEnd: Int) -> Int {
    var key = text + keyStart
    var count = keyEnd - keyStart
    if hasEscapes {
      count = StringEscape.decode(text, keyStart, keyEnd, into: unescaped)
      guard count >= 0, let decoded = unescaped.baseAddress else { return -1 }
      key = UnsafePointer(decoded)
    }
    // Eight bytes at once where they can be read without leaving the text.
    let word: UInt64? =
      !hasEscapes && keyStart + 8 <= end
      ? UnsafeRawPointer(key).loadUnaligned(as: UInt64.self).littleEndian : nil
    var edge = edges + Int(nodes[node].firstEdge)
    let last = edge + Int(nodes[node].edgeCount)
    while edge < last {
      if edge.pointee.keyCount == count, isEqual(key, word, edge) {
        let child = Int(edge.pointee.node)
        var slot = Int(nodes[child].slotsBegin)
        while slot < Int(nodes[child].slotsEnd) {
          spans[slot] = .missing
          slot += 1
        }
        return child
      }
      edge += 1
    }
    return -1
  }

  @inline(__always)
  private func isEqual(
    _ key: UnsafePointer<UInt8>, _ word: UInt64?, _ edge: UnsafePointer<PointerTree.Edge>
  ) -> Bool {
    var i = 0
    if let word {
      guard word & edge.pointee.wordMask == edge.pointee.word else { return false }
      i = 8
    }
    while i < edge.pointee.keyCount, key[i] == edge.pointee.key[i] { i += 1 }
    return i >= edge.pointee.keyCount
  }

  private func element(of node: Int, _ index: Int32) -> Int {
    let first = Int(nodes[node].firstEdge)
    for edge in first..<(first + Int(nodes[node].edgeCount)) where edges[edge].index == index {
      return Int(edges[edge].node)
    }
    return -1
  }

  // MARK: strings

  /// From the opening quote to behind the closing one, eight bytes at a time while nothing special is among them.
  @inline(__always)
  private mutating func string() -> Bool {
    hasEscapes = false
    // A local copy: the property is written through memory at each step.
    var next = at + 1
    while next + 8 <= end {
      let special = Self.specialBytes(UnsafeRawPointer(text + next).loadUnaligned(as: UInt64.self).littleEndian)
      if special != 0 {
        next += special.trailingZeroBitCount >> 3
        break
      }
      next += 8
    }
    if next < end, text[next] == UInt8(ascii: "\"") {
      at = next + 1
      return true
    }
    return restOfString(from: next)
  }

  /// The same with everything that is rare. What was passed before `next` is nothing special.
  private mutating func restOfString(from next: Int) -> Bool {
    let start = at
    at = next
    while true {
      while at + 8 <= end {
        let special = Self.specialBytes(UnsafeRawPointer(text + at).loadUnaligned(as: UInt64.self).littleEndian)
        guard special == 0 else {
          at += special.trailingZeroBitCount >> 3
          break
        }
        at += 8
      }
      guard at < end else { return fail(.unterminatedString, at: start) }
      let byte = text[at]
      if byte == UInt8(ascii: "\"") {
        at += 1
        return true
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        let escape = StringEscape.check(text, at, end)
        if let reason = escape.reason { return fail(reason) }
        at += escape.length
      } else if byte >= 0x80 {
        let length = UTF8Sequence.length(text, at, end)
        guard length > 0 else { return fail(.invalidUTF8) }
        at += length
      } else if byte < 0x20 {
        return fail(.controlCharacter)
      } else {
        at += 1
      }
    }
  }

  /// The high bit of each byte that is a quote, a backslash, a control character or not ASCII. Bits above the lowest one
  /// may be wrong (borrows); the lowest is right.
  @inline(__always)
  private static func specialBytes(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let equal = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
    let control = (word &- (ones &* 0x20)) & ~word
    return (equal | control | word) & (ones &* 0x80)
  }
}
