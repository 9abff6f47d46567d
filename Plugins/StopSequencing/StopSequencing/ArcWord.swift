/// What was said of an arc, or of all into or out of a place, or of all: closed, or driven `factor` times as long; 1: open.
struct ArcWord: Equatable {
  var from: Int?
  var to: Int?
  /// Nil: closed.
  var factor: Double?
  /// By the plan's clock: when it was said.
  var time: Int64 = 0

  var isOpening: Bool { factor == 1 }

  /// Whether it names every arc that the other one names.
  func covers(_ other: ArcWord) -> Bool { (from ?? other.from) == other.from && (to ?? other.to) == other.to }
}
