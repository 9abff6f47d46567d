// Fixed-width little-endian coding of monitor state, for checkpoints. A reader never trusts a length or a number.

/// Appends to a byte array.
package struct StateWriter {
  package private(set) var bytes: [UInt8] = []

  package init(reserving capacity: Int) {
    bytes.reserveCapacity(capacity)
  }

  package mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func append(_ value: Double) {
    append(value.bitPattern)
  }

  /// At most 65,535 bytes of UTF-8, cut there.
  package mutating func append(_ text: String) {
    let utf8 = text.utf8.prefix(Int(UInt16.max))
    append(UInt16(utf8.count))
    bytes.append(contentsOf: utf8)
  }
}

/// Reads what `StateWriter` wrote.
package struct StateReader {
  package struct Damaged: Error, Equatable, CustomStringConvertible {
    package var description: String
  }

  private let bytes: ArraySlice<UInt8>
  private var at: Int

  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  package var isAtEnd: Bool { at == bytes.endIndex }

  package mutating func integer<T: FixedWidthInteger>(_: T.Type = T.self) throws -> T {
    let size = MemoryLayout<T>.size
    guard bytes.endIndex - at >= size else { throw Damaged(description: "it ends early") }
    var value: T = 0
    for i in 0..<size { value |= T(truncatingIfNeeded: UInt64(bytes[at + i]) << UInt64(8 * i)) }
    at += size
    return value
  }

  /// A finite number.
  package mutating func number() throws -> Double {
    let number = Double(bitPattern: try integer())
    guard number.isFinite else { throw Damaged(description: "a number is not finite") }
    return number
  }

  package mutating func text() throws -> String {
    let count = Int(try integer(UInt16.self))
    guard bytes.endIndex - at >= count else { throw Damaged(description: "it ends inside a text") }
    defer { at += count }
    return String(decoding: bytes[at..<(at + count)], as: UTF8.self)
  }
}

extension RobustBaseline {
  /// 1 byte ready, 4 bytes seen; ready: centre, scale, learned centre, learned scale; else 1 byte count and the values.
  package func encode(into state: inout StateWriter) {
    state.append(UInt8(isReady ? 1 : 0))
    state.append(UInt32(clamping: seen))
    guard !isReady else {
      for number in [centre, scale, learnedCentre, learnedScale] { state.append(number) }
      return
    }
    state.append(UInt8(learning.count))
    for value in learning { state.append(value) }
  }

  package init(from state: inout StateReader) throws {
    isReady = try state.integer(UInt8.self) != 0
    seen = Int(try state.integer(UInt32.self))
    guard !isReady else {
      centre = try state.number()
      scale = try state.number()
      learnedCentre = try state.number()
      learnedScale = try state.number()
      guard scale > 0, learnedScale > 0, seen > 0 else {
        throw StateReader.Damaged(description: "a scale is not above 0")
      }
      return
    }
    let count = Int(try state.integer(UInt8.self))
    guard count <= Self.learningCapacity, count <= seen else {
      throw StateReader.Damaged(description: "a learning window is too long")
    }
    learning.reserveCapacity(Self.learningCapacity)
    for _ in 0..<count { learning.append(try state.number()) }
  }
}

extension AlarmState {
  /// 45 bytes, in the order of the code.
  package func encode(into state: inout StateWriter) {
    state.append(severity?.rawValue ?? 0)
    for sequence in [firstSequence, openedSequence, lastSequence] { state.append(sequence) }
    for word in [warningBits, criticalBits, clearRun, refractoryLeft, alarmedCount] { state.append(word) }
  }

  package init(from state: inout StateReader) throws {
    let code = try state.integer(UInt8.self)
    severity = Severity(rawValue: code)
    guard code == 0 || severity != nil else { throw StateReader.Damaged(description: "a severity is unknown") }
    firstSequence = try state.integer()
    openedSequence = try state.integer()
    lastSequence = try state.integer()
    warningBits = try state.integer()
    criticalBits = try state.integer()
    clearRun = try state.integer()
    refractoryLeft = try state.integer()
    alarmedCount = try state.integer()
  }
}

extension SignalMonitor {
  package func encode(into state: inout StateWriter) {
    baseline.encode(into: &state)
    alarm.encode(into: &state)
  }

  package init(from state: inout StateReader) throws {
    baseline = try RobustBaseline(from: &state)
    alarm = try AlarmState(from: &state)
  }
}

extension WaveformMonitor {
  package func encode(into state: inout StateWriter) {
    for baseline in baselines { baseline.encode(into: &state) }
    alarm.encode(into: &state)
  }

  package init(from state: inout StateReader) throws {
    for i in 0..<Self.featureCount { baselines[i] = try RobustBaseline(from: &state) }
    guard baselines.allSatisfy({ $0.isReady == baselines[0].isReady }) else {
      throw StateReader.Damaged(description: "features of one sensor differ in phase")
    }
    alarm = try AlarmState(from: &state)
  }
}
