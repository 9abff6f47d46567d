/// The walk through a sequence, from the problem itself: what answers say comes from here and not from the searches' own sums.
enum PlanWalk {
  /// - Parameter problem: with ways round closed arcs (`WaysRound`).
  /// - Throws: `noWay` where the sequence needs an arc that is closed and has no way round.
  static func walk(_ problem: StopProblem, _ order: [Int]) throws(SequencingError) -> StopPlan {
    let slots = problem.travel.slots
    var (place, time) = (problem.start, problem.windows[problem.start].ready)
    var plan = StopPlan(calls: [], end: nil, departure: time, travel: 0, makespan: time, lateness: 0)
    for stop in order {
      let call = try call(at: stop, from: place, leaving: time + problem.service[place], problem, slots)
      plan.calls.append(call)
      plan.travel += call.travel
      plan.lateness += call.late
      (place, time) = (stop, call.begin)
    }
    if let end = problem.end {
      let call = try call(at: end, from: place, leaving: time + problem.service[place], problem, slots)
      plan.travel += call.travel
      plan.lateness += call.late
      plan.makespan = call.begin
      plan.end = call
    } else {
      plan.makespan = time + problem.service[place]
    }
    return plan
  }

  private static func call(
    at target: Int, from origin: Int, leaving depart: Int64, _ problem: StopProblem, _ slots: [TravelTimes.Slot]
  ) throws(SequencingError) -> StopPlan.Call {
    let arrival = origin == target ? depart : try arrival(origin, target, depart, slots)
    let begin = max(arrival, problem.windows[target].ready)
    return StopPlan.Call(
      place: target, arrival: arrival, begin: begin, travel: arrival - depart,
      late: max(0, begin - problem.windows[target].due))
  }

  private static func arrival(
    _ origin: Int, _ target: Int, _ depart: Int64, _ slots: [TravelTimes.Slot]
  ) throws(SequencingError) -> Int64 {
    var number = (slots.lastIndex { $0.from <= depart } ?? 0)
    var (time, rest) = (Double(depart), 1.0)
    while true {
      let arc = slots[number].matrix[origin, target]
      let isLast = number + 1 == slots.count
      guard arc != TravelTimes.closed || !isLast else { throw .noWay(from: origin, to: target) }
      if arc != TravelTimes.closed {
        let needed = rest * Double(arc)
        if isLast || time + needed <= Double(slots[number + 1].from) { return Int64((time + needed).rounded()) }
        rest -= (Double(slots[number + 1].from) - time) / Double(arc)
      }
      number += 1
      time = Double(slots[number].from)
    }
  }
}
