// Fixed-width little-endian coding of monitor state, for checkpoints. A reader never trusts a length or a number.

/// Appends to a buffer of its own; one copy at the end makes it an array.
package final class StateWriter {
  private var buffer: UnsafeMutableRawBufferPointer
  private var count = 0

  package init(reserving capacity: Int) {
    buffer = .allocate(byteCount: max(capacity, 64), alignment: 8)
  }

  deinit {
    buffer.deallocate()
  }

  package var bytes: [UInt8] { Array(written) }
  /// Valid until the next `append`.
  package var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

  private func reserve(_ size: Int) {
    guard count + size > buffer.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(2 * buffer.count, count + size), alignment: 8)
    larger.copyMemory(from: written)
    buffer.deallocate()
    buffer = larger
  }

  package func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
    reserve(MemoryLayout<T>.size)
    buffer.storeBytes(of: value.littleEndian, toByteOffset: count, as: T.self)
    count += MemoryLayout<T>.size
  }

  package func append(_ value: Double) {
    append(value.bitPattern)
  }

  /// At most 65,535 bytes of UTF-8, cut there.
  package func append(_ text: String) {
    let utf8 = text.utf8.prefix(Int(UInt16.max))
    append(UInt16(utf8.count))
    for byte in utf8 { append(byte) }
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
  package func encode(into state: StateWriter) {
    state.append(UInt8(isReady ? 1 : 0))
    state.append(UInt32(clamping: seen))
    guard !isReady else {
      state.append(centre)
      state.append(scale)
      state.append(learnedCentre)
      state.append(learnedScale)
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
  package func encode(into state: StateWriter) {
    state.append(severity?.rawValue ?? 0)
    state.append(firstSequence)
    state.append(openedSequence)
    state.append(lastSequence)
    state.append(warningBits)
    state.append(criticalBits)
    state.append(clearRun)
    state.append(refractoryLeft)
    state.append(alarmedCount)
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
  package func encode(into state: StateWriter) {
    baseline.encode(into: state)
    alarm.encode(into: state)
  }

  package init(from state: inout StateReader) throws {
    baseline = try RobustBaseline(from: &state)
    alarm = try AlarmState(from: &state)
  }
}

extension WaveformMonitor {
  package func encode(into state: StateWriter) {
    for baseline in baselines { baseline.encode(into: state) }
    alarm.encode(into: state)
  }

  package init(from state: inout StateReader) throws {
    for i in 0..<Self.featureCount { baselines[i] = try RobustBaseline(from: &state) }
    guard baselines.allSatisfy({ $0.isReady == baselines[0].isReady }) else {
      throw StateReader.Damaged(description: "features of one sensor differ in phase")
    }
    alarm = try AlarmState(from: &state)
  }
}
