import StateCoding

/// The median of a stream by small steps towards each value (a stochastic approximation, Robbins & Monro 1951), the step
/// in proportion to the mean distance from it: two numbers of state, and it follows a signal that moves.
struct RunningMedian: Equatable {
  private static let stepRate = 0.0065
  private static let spreadRate = 0.01
  private static let smallestSpread = 1e-4

  private(set) var median = 0.0
  private var spread = 0.0
  private var count = 0.0

  init() {}

  mutating func observe(_ value: Double) {
    count += 1
    if count == 1 {
      median = value
      return
    }
    spread += max(Self.spreadRate, 1 / count) * (abs(value - median) - spread)
    let step = max(Self.stepRate, 1 / count) * max(spread, Self.smallestSpread)
    if value > median { median += step } else if value < median { median -= step }
  }

  mutating func rescale(_ map: AffineMap) {
    median = map(median)
    spread *= map.factor
  }

  func encode(into writer: StateWriter) {
    writer.append(median)
    writer.append(spread)
    writer.append(count)
  }

  init(from reader: inout StateReader) throws {
    median = try reader.number()
    spread = try reader.number()
    count = try reader.number()
  }
}
