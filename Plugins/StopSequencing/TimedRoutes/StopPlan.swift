/// A sequence of stops with its times.
package struct StopPlan: Sendable, Equatable {
  package struct Call: Sendable, Equatable {
    package var place: Int
    package var arrival: Int64
    /// When service begins: at the arrival, or when the window opens.
    package var begin: Int64
    /// Time on the road from the call before.
    package var travel: Int64
    /// By how much service begins after the window has closed.
    package var late: Int64

    package init(place: Int, arrival: Int64, begin: Int64, travel: Int64, late: Int64) {
      self.place = place
      self.arrival = arrival
      self.begin = begin
      self.travel = travel
      self.late = late
    }
  }

  /// The stops in order, without start and end.
  package var calls: [Call]
  /// The end, where the problem has one.
  package var end: Call?
  package var departure: Int64
  package var travel: Int64
  /// Arrival at the end; at an open end, when the last stop's service is done.
  package var makespan: Int64
  package var lateness: Int64
  /// Proven: no sequence is better.
  package var isOptimal = false
  /// No sequence has a smaller objective, among those that keep all windows; 0 where nothing is known.
  package var lowerBound: Int64 = 0
  /// Stops that cannot be reached, or from which the end cannot: they are not among the calls.
  package var unreachable: [Int] = []
  /// No way leads to the end: the plan is one without it.
  package var isEndCutOff = false
  /// No sequence was found that keeps to the loads: they were not looked at. Set by the caller who asked without them.
  package var ignoresLoads = false
  /// The plan that was given, repaired, was the best.
  package var isAsBefore = false

  package init(
    calls: [Call], end: Call?, departure: Int64, travel: Int64, makespan: Int64, lateness: Int64
  ) {
    self.calls = calls
    self.end = end
    self.departure = departure
    self.travel = travel
    self.makespan = makespan
    self.lateness = lateness
  }

  package var order: [Int] { calls.map(\.place) }
  package var isFeasible: Bool { lateness == 0 }

  package func value(_ objective: StopProblem.Objective) -> Int64 { objective == .travel ? travel : makespan }
}
