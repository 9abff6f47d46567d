// What is said of arcs: for each of them the newest word holds that names it, by itself or with others; a word that comes late or again
// changes nothing that was said since.
//
// The words stand in the order in which they hold, by their events' `time`; one without a time is taken as it comes, behind all others.
// One that a newer word names all arcs of is forgotten. Words that arcs are open are kept, because a closure that comes late is told by
// them: where there are too many, the oldest goes that nothing is open by.
extension OpenPlan {
  /// - Returns: whether an arc is closed, open or slowed that was not.
  mutating func take(_ word: ArcWord, isTimed: Bool) throws(Refusal) -> Bool {
    let behind = isTimed ? (words.lastIndex { $0.time <= word.time } ?? -1) + 1 : words.count
    if words[behind...].contains(where: { $0.covers(word) }) { return false }
    var after = words[..<behind].filter { !word.covers($0) }
    after.append(word)
    after += words[behind...]
    try bound(&after)
    let isNews = factors(after) != factors(words)
    words = after
    return isNews
  }

  private func bound(_ words: inout [ArcWord]) throws(Refusal) {
    guard words.count(where: { !$0.isOpening }) <= PlanLimits.maximumChanges else {
      throw Refusal("from", "more than \(PlanLimits.maximumChanges) arcs of the plan are closed or slowed")
    }
    while words.count(where: \.isOpening) > PlanLimits.maximumOpenings {
      let isIdle = { (index: Int) in words[index].isOpening && !words[..<index].contains { !$0.isOpening } }
      guard let idle = words.indices.first(where: isIdle) else {
        throw Refusal(
          "from", "more than \(PlanLimits.maximumOpenings) arcs of those that are closed or slowed are open")
      }
      words.remove(at: idle)
    }
  }

  /// By how much each arc takes longer, row by row; infinite: it is closed.
  func factors(_ words: [ArcWord]) -> [Double] {
    let count = definition.places.count
    var factors = [Double](repeating: 1, count: count * count)
    for word in words {
      for from in word.from.map({ $0...$0 }) ?? 0...(count - 1) {
        for to in word.to.map({ $0...$0 }) ?? 0...(count - 1) { factors[from * count + to] = word.factor ?? .infinity }
      }
    }
    return factors
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
