/// What a life had in it.
package struct LifeReport: Sendable, Equatable {
  package var steps: UInt64 = 0
  package var messages: UInt64 = 0
  package var acknowledged: UInt64 = 0
  package var records: UInt64 = 0
  package var redelivered: UInt64 = 0
  package var evicted: UInt64 = 0
  package var powerCuts: UInt64 = 0
  package var kills: UInt64 = 0
  package var restarts: UInt64 = 0
  package var connectionsLost: UInt64 = 0
  package var faults: UInt64 = 0
  package var tornWrites: UInt64 = 0
  package var clockSteps: UInt64 = 0
  package var replies: UInt64 = 0
  /// Folds every step: two lives of one seed have the same.
  package var trace: UInt64 = 0

  package init() {}

  /// In a fixed order, for one line of text.
  package var fields: [UInt64] {
    [
      steps, messages, acknowledged, records, redelivered, evicted, powerCuts, kills, restarts, connectionsLost, faults,
      tornWrites, clockSteps, replies, trace,
    ]
  }

  package init?(fields: [UInt64]) {
    guard fields.count == 15 else { return nil }
    (steps, messages, acknowledged, records, redelivered) = (fields[0], fields[1], fields[2], fields[3], fields[4])
    (evicted, powerCuts, kills, restarts, connectionsLost) = (fields[5], fields[6], fields[7], fields[8], fields[9])
    (faults, tornWrites, clockSteps, replies, trace) = (fields[10], fields[11], fields[12], fields[13], fields[14])
  }

  package static func += (a: inout LifeReport, b: LifeReport) {
    let sums = zip(a.fields, b.fields).map { $0 &+ $1 }
    if let sum = LifeReport(fields: sums) { a = sum }
  }

  mutating func fold(_ values: UInt64...) {
    for value in values {
      trace = (trace ^ value) &* 0x0000_0100_0000_01b3
      trace ^= trace >> 29
    }
  }
}
