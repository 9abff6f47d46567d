// Online clustering of short patterns by fuzzy ART (Carpenter, Grossberg & Rosen 1991, "Fuzzy ART: fast stable learning
// and categorization of analog patterns by an adaptive resonance system", Neural Networks 4).
//
// A pattern is 8 values in 0…1 and their Haar transform (8 coefficients, moved to 0…1), complement-coded: 32 numbers whose
// sum is always 16. A category is a box in this space, stored as the complement-coded minimum w of what it holds. The match
// of a pattern x is (|min(x, w)| / |w|)³ · e², e the same ratio on the newest value alone: 1 inside the box. The best category
// learns when its match reaches the vigilance; otherwise the pattern founds a category, in place of the least recently used
// one when the table is full.
//
// Memory: at most 32 categories of 32 + 3 Float and a UInt32, 4.6 kB; the table grows with the categories (at most six times).
// Arithmetic is Float, in a fixed order.

import StateCoding

struct PatternCategories: Equatable {
  static let windowCount = 8
  static let maximumCategories = 32
  static let largestStateBytes = 40 + maximumCategories * (width + 1) * 4
  private static let width = 32
  private static let newest = 7
  /// How far the best category moves towards a pattern.
  private static let learningRate: Float = 0.5

  private var count: Int { norms.count }
  private var weights = [Float]()
  private var norms = [Float]()
  /// Of each category, the newest value and its complement, apart: most searches need no more.
  private var ends = [SIMD2<Float>]()
  private var lastBest = 0
  private var lastUsed = [UInt32]()
  /// Oldest first.
  private var window = SIMD8<Float>()
  private var filled = 0
  private var clock: UInt32 = 0

  init() {}

  /// Takes the next value, in 0…1. The match of the pattern that ends with it, 1 for what is known; learns at `vigilance`.
  mutating func match(_ value: Double, vigilance: Double) -> Double {
    window = SIMD8(
      window[1], window[2], window[3], window[4], window[5], window[6], window[7], Float(value))
    clock &+= 1
    if filled < Self.windowCount { filled += 1 }
    guard filled == Self.windowCount else { return 1 }
    let pattern = Self.encoded(window)
    guard count > 0 else {
      found(pattern)
      return 1
    }
    let (best, match) = bestCategory(pattern)
    lastBest = best
    if match >= Float(vigilance) { learn(pattern, into: best) } else { found(pattern) }
    return Double(match)
  }

  // MARK: The pattern

  private struct Pattern {
    var a, b, c, d: SIMD8<Float>
  }

  /// The values, the Haar transform from the mean down to the finest differences, and the complements of both.
  private static func encoded(_ values: SIMD8<Float>) -> Pattern {
    let evens = values.evenHalf
    let odds = values.oddHalf
    let half = (evens + odds) / 2
    let quarter = (half.evenHalf + half.oddHalf) / 2
    var haar = SIMD8<Float>()
    haar[0] = (quarter[0] + quarter[1]) / 2
    haar[1] = 0.5 + (quarter[1] - quarter[0]) / 2
    let middle = 0.5 + (half.oddHalf - half.evenHalf) / 2
    haar[2] = middle[0]
    haar[3] = middle[1]
    haar.highHalf = 0.5 + (odds - evens) / 2
    return Pattern(a: values, b: haar, c: 1 - values, d: 1 - haar)
  }

  /// `pointwiseMin` of the standard library is a call and a loop.
  @inline(__always)
  private static func lesser(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    a.replacing(with: b, where: b .< a)
  }

  // MARK: Search

  /// The category that matches best, the one of last time before others; e² alone rules most of them out.
  private func bestCategory(_ pattern: Pattern) -> (Int, Float) {
    let x = pattern.a[Self.newest]
    let y = pattern.c[Self.newest]
    return weights.withUnsafeBytes { bytes in
      ends.withUnsafeBufferPointer { ends in
        norms.withUnsafeBufferPointer { norms in
          func overlap(_ end: SIMD2<Float>) -> Float { min(x, end.x) + min(y, end.y) }
          func squaredRatio(_ i: Int) -> Float {
            let e = overlap(ends[i]) / (ends[i].x + ends[i].y)
            return e * e
          }
          func match(_ i: Int, _ squaredRatio: Float) -> Float {
            let row = i * Self.width * MemoryLayout<Float>.stride
            func part(_ k: Int) -> SIMD8<Float> {
              bytes.loadUnaligned(fromByteOffset: row + 32 * k, as: SIMD8<Float>.self)
            }
            let low = Self.lesser(pattern.a, part(0)) + Self.lesser(pattern.b, part(1))
            let high = Self.lesser(pattern.c, part(2)) + Self.lesser(pattern.d, part(3))
            let ratio = (low + high).sum() / norms[i]
            return ratio * ratio * ratio * squaredRatio
          }
          var best = lastBest
          var bestMatch = match(best, squaredRatio(best))
          for i in 0..<count {
            // e² at most the best match, without the division.
            let (part, whole) = (overlap(ends[i]), ends[i].x + ends[i].y)
            guard part * part > bestMatch * (whole * whole) else { continue }
            let match = match(i, squaredRatio(i))
            if match > bestMatch { (best, bestMatch) = (i, match) }
          }
          return (best, bestMatch)
        }
      }
    }
  }

  // MARK: Learning

  private mutating func learn(_ pattern: Pattern, into category: Int) {
    var moved = load(category)
    let rate = Self.learningRate
    moved.a += rate * (Self.lesser(pattern.a, moved.a) - moved.a)
    moved.b += rate * (Self.lesser(pattern.b, moved.b) - moved.b)
    moved.c += rate * (Self.lesser(pattern.c, moved.c) - moved.c)
    moved.d += rate * (Self.lesser(pattern.d, moved.d) - moved.d)
    store(moved, at: category)
  }

  private mutating func found(_ pattern: Pattern) {
    var place = count
    if count < Self.maximumCategories {
      makeRoom()
    } else {
      place = 0
      for i in 1..<count where lastUsed[i] < lastUsed[place] { place = i }
    }
    store(pattern, at: place)
  }

  private mutating func makeRoom() {
    weights.append(contentsOf: repeatElement(0, count: Self.width))
    norms.append(1)
    ends.append(.zero)
    lastUsed.append(0)
  }

  private func load(_ category: Int) -> Pattern {
    weights.withUnsafeBytes { bytes in
      let row = category * Self.width * MemoryLayout<Float>.stride
      func part(_ offset: Int) -> SIMD8<Float> {
        bytes.loadUnaligned(fromByteOffset: row + offset, as: SIMD8<Float>.self)
      }
      return Pattern(a: part(0), b: part(32), c: part(64), d: part(96))
    }
  }

  private mutating func store(_ pattern: Pattern, at category: Int) {
    let first = category * Self.width
    for i in 0..<8 {
      weights[first + i] = pattern.a[i]
      weights[first + 8 + i] = pattern.b[i]
      weights[first + 16 + i] = pattern.c[i]
      weights[first + 24 + i] = pattern.d[i]
    }
    norms[category] = ((pattern.a + pattern.b) + (pattern.c + pattern.d)).sum()
    ends[category] = SIMD2(pattern.a[Self.newest], pattern.c[Self.newest])
    lastUsed[category] = clock
  }

  // MARK: A new scale

  /// What was learnt is mapped as if it had come in the new scale: values and their mean move, differences only shrink.
  mutating func rescale(_ map: AffineMap) {
    let factor = Float(map.factor)
    var offsets = SIMD8<Float>(repeating: 0.5 - 0.5 * factor)
    offsets[0] = Float(map.offset)
    window = factor * window + Float(map.offset)
    for i in 0..<count {
      var moved = load(i)
      moved.a = factor * moved.a + Float(map.offset)
      moved.c = 1 - (factor * (1 - moved.c) + Float(map.offset))
      moved.b = factor * moved.b + offsets
      moved.d = 1 - (factor * (1 - moved.d) + offsets)
      let used = lastUsed[i]
      store(moved, at: i)
      lastUsed[i] = used
    }
  }

  // MARK: State

  func encode(into writer: StateWriter) {
    writer.append(UInt8(filled))
    writer.append(clock)
    for i in 0..<Self.windowCount { writer.append(window[i].bitPattern) }
    writer.append(UInt8(lastBest))
    writer.append(UInt8(count))
    for i in 0..<count {
      writer.append(lastUsed[i])
      for k in 0..<Self.width { writer.append(weights[i * Self.width + k].bitPattern) }
    }
  }

  init(from reader: inout StateReader) throws {
    self.init()
    filled = Int(try reader.integer(UInt8.self))
    clock = try reader.integer()
    func float() throws -> Float {
      let value = Float(bitPattern: try reader.integer())
      guard value.isFinite else { throw StateReader.Damaged(description: "a pattern's number is not finite") }
      return value
    }
    for i in 0..<Self.windowCount { window[i] = try float() }
    lastBest = Int(try reader.integer(UInt8.self))
    let count = Int(try reader.integer(UInt8.self))
    guard filled <= Self.windowCount, count <= Self.maximumCategories, lastBest < max(count, 1) else {
      throw StateReader.Damaged(description: "more patterns than there is room for")
    }
    for i in 0..<count {
      let used: UInt32 = try reader.integer()
      makeRoom()
      for k in 0..<Self.width { weights[i * Self.width + k] = try float() }
      store(load(i), at: i)
      lastUsed[i] = used
    }
  }
}
