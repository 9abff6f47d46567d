/// Bounds of what messages may ask for.
enum PlanLimits {
  static let maximumPlaces = 128
  static let maximumPlans = 256
  static let maximumNameBytes = 64
  /// Closed and slowed arcs of a plan.
  static let maximumChanges = 256
  static let maximumSlots = 24
  static let maximumFactor = 100.0
  /// Seconds: three years.
  static let maximumSeconds = 100_000_000.0
  /// Steps of the search: as many as a problem of few stops gets, and what larger ones share. Some 10 ms.
  static let (mostSteps, sharedSteps) = (6_000, 60_000)
}
