// The time of one box's samples. Loggers deliver what they buffered, so the event time counts, not the arrival; and loggers have
// clocks that are set. What comes of a sample's time:
//
//   not before the last one        the interval between them; a gap when it is longer than `gapNs`
//   before the last one            the sample came late or twice: not used
//   the third such one in a row,   the logger's clock was set back: its time is believed from here on, nothing is known
//   each not before the other      about the time between
package struct SampleClock: Equatable, Sendable {
  package enum Step: Equatable, Sendable {
    case first
    case interval(Int64)
    case gap(Int64)
    case backwards
    case setBack
  }

  /// So many samples in a row have to agree that the clock was set back.
  package static let agreeingSamples: UInt8 = 3
  /// From 1970 to 2106: differences stay far from the ends of Int64.
  package static let plausible: ClosedRange<Int64> = 0...4_294_967_295_000_000_000

  package private(set) var lastNs: Int64?
  private var earlier: UInt8 = 0
  private var earlierNs: Int64 = 0

  package init() {}

  /// - Parameter time: in `plausible`.
  package mutating func step(to time: Int64, gapNs: Int64) -> Step {
    guard let last = lastNs else {
      lastNs = time
      return .first
    }
    if time >= last {
      lastNs = time
      earlier = 0
      return time - last > gapNs ? .gap(time - last) : .interval(time - last)
    }
    earlier = earlier > 0 && time >= earlierNs ? earlier + 1 : 1
    earlierNs = time
    guard earlier >= Self.agreeingSamples else { return .backwards }
    lastNs = time
    earlier = 0
    return .setBack
  }
}

extension SampleClock {
  /// 1 byte whether there was a sample, 8 its time, 1 count of earlier ones, 8 time of the last of them.
  package func encode(into state: inout StateWriter) {
    state.append(UInt8(lastNs == nil ? 0 : 1))
    state.append(lastNs ?? 0)
    state.append(earlier)
    state.append(earlierNs)
  }

  package init(from state: inout StateReader) throws {
    let isKnown = try state.flag()
    let last = try state.integer(Int64.self)
    earlier = try state.integer()
    earlierNs = try state.integer()
    guard Self.plausible.contains(last), Self.plausible.contains(earlierNs), earlier < Self.agreeingSamples else {
      throw StateReader.Damaged("a time is not plausible")
    }
    lastNs = isKnown ? last : nil
  }
}
