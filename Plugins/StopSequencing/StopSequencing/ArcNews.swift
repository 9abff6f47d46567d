// What is said of arcs: the newest word about each holds, and a word that comes late or again changes nothing.
//
// A late word is told by the event's `time`; one without is taken as it comes, and stands for the time that the plan has reached.
extension OpenPlan {
  /// - Returns: whether an arc is closed, open or slowed that was not.
  mutating func take(_ kind: PlanEvent.Kind, _ change: Change, isTimed: Bool) throws(Refusal) -> Bool {
    func isNewer(_ word: Change) -> Bool { isTimed && word.time > change.time }
    let isOld =
      openings.contains { ($0.isAll || $0.isSameArc(as: change)) && isNewer($0) }
      || changes.contains { $0.isSameArc(as: change) && isNewer($0) }
    if isOld { return false }
    var after = changes
    after.removeAll { word in
      word.isSameArc(as: change) || (kind == .opened && change.isAll && !isNewer(word))
    }
    if kind == .opened {
      openings.removeAll { $0.isSameArc(as: change) || (change.isAll && !isNewer($0)) }
      openings.append(change)
      if openings.count > PlanLimits.maximumOpenings {
        openings.remove(at: openings.indices.min { (openings[$0].time, $0) < (openings[$1].time, $1) }!)
      }
    } else {
      after.append(change)
    }
    guard after.count <= PlanLimits.maximumChanges else {
      throw Refusal("from", "more than \(PlanLimits.maximumChanges) arcs of the plan are closed or slowed")
    }
    let isNews = !after.elementsEqual(changes) { $0.isSame(as: $1) }
    changes = after
    return isNews
  }

  mutating func remember(_ identity: UInt64) {
    if taken.count == PlanLimits.maximumTakenEvents { taken.removeFirst() }
    taken.append(identity)
  }
}

extension PlanEvent {
  /// Of an event about arcs: the same when it is sent again, nil where nothing tells it from another one alike. Those about stops and
  /// places change a plan once by themselves.
  func identity(source: String, sentNs: Int64?) -> UInt64? {
    guard kind == .closed || kind == .opened || kind == .slowed, id != nil || time != nil || sentNs != nil else {
      return nil
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ text: String?) {
      for byte in text.map({ [2] + Array($0.utf8) }) ?? [1] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    add(source)
    add(id)
    if id == nil { for number in [time, sentNs] { add(number.map(String.init)) } }
    for text in [kind.rawValue, from, to, factor.map { "\($0)" }] { add(text) }
    return hash
  }
}
