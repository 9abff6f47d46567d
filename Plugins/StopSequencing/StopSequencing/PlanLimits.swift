/// Bounds of what messages may ask for.
enum PlanLimits {
  static let maximumPlaces = 128
  static let maximumPlans = 256
  static let maximumNameBytes = 64
  /// Pairs of stops of which one comes before the other, repetitions counted.
  static let maximumPrecedences = maximumPlaces * maximumPlaces
  /// Closed and slowed arcs of a plan.
  static let maximumChanges = 256
  /// Openings of arcs that a plan remembers, and identities of events about arcs.
  static let maximumOpenings = 256
  static let maximumTakenEvents = 256
  static let maximumSlots = 24
  static let maximumFactor = 100.0
  /// Seconds: three years.
  static let maximumSeconds = 100_000_000.0
  /// By so much a time may differ from the published one before it is told; and so long after a revision a `position` tells none that
  /// differs in its times alone.
  static let toleratedSeconds: Int64 = 60
  /// Steps of the search: as many as a problem of few stops gets; larger ones get fewer, by the square of their stops, so that an answer
  /// takes some 10 ms; a plan of many stops that comes with no sequence gets `coldSharedSteps`.
  static let (leastSteps, mostSteps, sharedSteps, coldSharedSteps) = (100, 2_500, 2_000_000, 8_000_000)
  /// Stops, the start and the end up to which a plan with no sequence is answered as quickly as any.
  static let quickNodes = 62
}
