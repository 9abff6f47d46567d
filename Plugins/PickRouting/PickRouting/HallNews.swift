/// What was reported of a hall's ways: the stretches that are blocked, and those that were said to be free, with the time of the
/// newest word about each.
///
/// A late word changes nothing: a block is not taken where a newer word says that it is free, and does not go by a word that is older
/// than it. Free stretches are remembered for that alone; of more than `PickRoutingLimits.maximumFreedPerLayout` the oldest is forgotten.
struct HallNews: Equatable {
  struct Word: Equatable {
    var stretch: AisleBlock
    var timeNs: Int64
  }

  /// In the order in which they were reported.
  var blocked: [Word] = []
  var freed: [Word] = []

  var isEmpty: Bool { blocked.isEmpty && freed.isEmpty }
  var blocks: [AisleBlock] { blocked.map(\.stretch) }

  mutating func block(_ stretches: [AisleBlock], _ origin: MessageOrigin) {
    for stretch in stretches {
      if freed.contains(where: { $0.stretch.overlaps(stretch) && origin.isBefore($0.timeNs) }) { continue }
      if let known = blocked.firstIndex(where: { $0.stretch == stretch }) {
        blocked[known].timeNs = origin.newest(blocked[known].timeNs)
      } else {
        blocked.append(Word(stretch: stretch, timeNs: origin.timeNs))
      }
    }
  }

  mutating func free(_ stretches: [AisleBlock], _ origin: MessageOrigin) {
    blocked.removeAll { word in
      !origin.isBefore(word.timeNs) && stretches.contains { $0.overlaps(word.stretch) }
    }
    for stretch in stretches {
      let known = freed.firstIndex { $0.stretch == stretch }
      let timeNs = known.map { origin.newest(freed[$0].timeNs) } ?? origin.timeNs
      freed.removeAll { $0.stretch.lies(in: stretch) && ($0.stretch == stretch || $0.timeNs <= timeNs) }
      freed.append(Word(stretch: stretch, timeNs: timeNs))
    }
    while freed.count > PickRoutingLimits.maximumFreedPerLayout {
      let oldest = freed.indices.min { (freed[$0].timeNs, $0) < (freed[$1].timeNs, $1) }!
      freed.remove(at: oldest)
    }
  }
}
