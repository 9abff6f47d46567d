/// Stops of one vehicle to be put into order. Places are the rows of the matrix; times are whole numbers in one unit of the
/// caller's choice.
package struct StopProblem: Sendable, Equatable {
  package enum Objective: String, Sendable, CaseIterable {
    /// Time on the road.
    case travel
    /// Time of arrival at the end.
    case makespan
  }

  package struct Window: Sendable, Equatable {
    package var ready: Int64
    package var due: Int64

    package init(ready: Int64, due: Int64) {
      self.ready = ready
      self.due = due
    }
  }

  package var travel: TravelTimes
  /// One for each place. Service begins within it; who comes early waits. The start's `ready` is the departure.
  package var windows: [Window]
  /// Time taken at each place, not part of the objective `travel`. For matrices that contain it: zeros.
  package var service: [Int64]
  package var start = 0
  /// Nil: open, the last stop is the end. It may be the start.
  package var end: Int? = 0
  /// The places to visit, each once; neither start nor end.
  package var stops: [Int]
  /// `first` comes before `second`, both of `stops`.
  package var precedences: [Precedence] = []
  /// What is taken on board at each place (negative: unloaded); empty: not looked at.
  package var demands: [Int64] = []
  package var capacity: Int64 = .max
  /// What is on board at the start.
  package var load: Int64 = 0
  package var objective = Objective.travel

  package struct Precedence: Sendable, Equatable {
    package var first: Int
    package var second: Int

    package init(first: Int, second: Int) {
      self.first = first
      self.second = second
    }
  }

  package init(travel: TravelTimes, windows: [Window], service: [Int64]? = nil, stops: [Int]? = nil) {
    self.travel = travel
    self.windows = windows
    self.service = service ?? Array(repeating: 0, count: windows.count)
    self.stops = stops ?? Array(1..<max(1, windows.count))
  }
}
