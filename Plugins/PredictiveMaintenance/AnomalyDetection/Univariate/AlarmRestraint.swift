import StateCoding

/// Keeps alarms apart and rare: after an alarm none for the refractory period (Lavin & Ahmad's scoring counts each one), and
/// the more alarms there were lately, the more surprise the next one needs: a signal that is always surprising is a
/// signal of that kind.
struct AlarmRestraint: Equatable {
  /// Of the surprise, for each alarm that is remembered.
  private static let habituation = 0.15

  /// How many values it takes until an alarm is forgotten (1/e).
  let memoryCount: Double
  private var recent = 0.0
  private var age = 0.0
  private var hasAlarmed = false

  init(memoryCount: Double) { self.memoryCount = memoryCount }

  /// One value: what is left of its surprise; 0 within the refractory period.
  mutating func restrain(_ surprise: Double, threshold: Double, refractoryCount: Double, isLearning: Bool) -> Double {
    age += 1
    let restrained = surprise / (1 + Self.habituation * recent)
    recent *= 1 - 1 / memoryCount
    if isLearning || surprise == 0 || (hasAlarmed && age < refractoryCount) { return 0 }
    if restrained >= threshold {
      recent += 1
      age = 0
      hasAlarmed = true
    }
    return restrained
  }

  func encode(into writer: StateWriter) {
    writer.append(recent)
    writer.append(age)
    writer.append(UInt8(hasAlarmed ? 1 : 0))
  }

  init(memoryCount: Double, from reader: inout StateReader) throws {
    self.memoryCount = memoryCount
    recent = try reader.number()
    age = try reader.number()
    hasAlarmed = try reader.integer(UInt8.self) == 1
  }
}
