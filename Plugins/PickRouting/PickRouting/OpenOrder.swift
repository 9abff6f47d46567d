internal import AisleRouting

/// A place by its name in the layout.
struct NamedPlace: Equatable {
  var name: String
  var position: AislePosition
}

/// An order that the plugin knows, with its picker's progress.
struct OpenOrder {
  enum Status: String, CaseIterable {
    case routed, rerouted, done
  }

  /// Why there is a revision after the first.
  enum Cause: String, CaseIterable {
    case confirmed, short, skipped, blocked, unblocked
    /// A pick was confirmed out of its turn.
    case deviation
    /// The order's content: another version of it came.
    case changed
    /// The layout's file has changed.
    case layout
  }

  var id: String
  /// The handhelds on the order, the one that named it last at the end. Bounded: who has been silent longest is forgotten.
  var sources: [String]
  var layout: String
  /// Of the layout's file when the plan was made.
  var layoutVersion: String
  /// Of the content, so that the same order sent again is told from another one with its id.
  var digest: UInt64
  /// Emptied when the order is done.
  var lines: [PickLine]
  /// Where the picker stands, as far as known.
  var position: NamedPlace
  /// The one that the plan leads to.
  var end: NamedPlace
  /// All where it may end, `end` among them.
  var ends: [NamedPlace]
  /// Of the content.
  var version = 0
  var revision = 1
  var status = Status.routed
  var cause: Cause?
  var plan: RoutePlan
  var tally = LineTally()
  /// What happened in the hall since the plan was made, not yet looked at for this order.
  var pending: Cause?
  /// Number of the message by which it became so.
  var pendingSince: UInt64 = 0
  /// By whom and when he said that he stands at `position`; nil: it is where he started.
  var moved: Move?
  /// Number of the message that last named the order.
  var lastUse: UInt64 = 0

  struct Move: Equatable {
    var source: String
    var timeNs: Int64
  }

  /// The picker's place, unless its sender has named a newer one.
  /// - Returns: whether it was taken.
  mutating func move(to place: NamedPlace, _ origin: MessageOrigin) -> Bool {
    if let moved, moved.source == origin.source {
      if origin.isBefore(moved.timeNs) { return false }
      self.moved = Move(source: origin.source, timeNs: origin.newest(moved.timeNs))
    } else {
      moved = Move(source: origin.source, timeNs: origin.timeNs)
    }
    position = place
    return true
  }

  /// Who sent the latest message that names the order.
  var source: String { sources[sources.count - 1] }

  var openLines: [Int] { lines.indices.filter { lines[$0].state == .open } }

  /// The stop that the picker should be walking to.
  var nextStop: Int? { plan.stops.first { lines[$0].state == .open } }
}

struct PickLine: Equatable {
  enum State: String, CaseIterable {
    case open, confirmed, short, skipped
  }

  var number: Int
  /// The one that the plan leads to.
  var place: NamedPlace
  /// All that have the item, `place` among them.
  var places: [NamedPlace]
  var handling: PickOrder.Handling
  var gtin: String?
  var quantity: Double
  var state = State.open

  init(
    number: Int, places: [NamedPlace], handling: PickOrder.Handling = .normal, gtin: String?, quantity: Double,
    state: State = .open
  ) {
    self.number = number
    place = places[0]
    self.places = places
    self.handling = handling
    self.gtin = gtin
    self.quantity = quantity
    self.state = state
  }
}

/// How many lines ended how.
struct LineTally: Equatable {
  var confirmed = 0
  var short = 0
  var skipped = 0

  init() {}

  init(_ lines: [PickLine]) {
    for line in lines {
      switch line.state {
      case .open: break
      case .confirmed: confirmed += 1
      case .short: short += 1
      case .skipped: skipped += 1
      }
    }
  }
}

/// A route for the lines that were open when it was made; indices are into the order's lines. Lengths in millimetres.
struct RoutePlan: Equatable {
  var start: String
  var stops: [Int]
  /// The walk to each stop from the place before it, then the one to the end.
  var walks: [Int64]
  /// Lines that no walk reaches while the present blocks stand.
  var unreachable: [Int]
  var length: Int64
  var lowerBound: Int64
  /// What an S-shape walk takes for the same; nil where it is not defined.
  var sShape: Int64?
  /// False: blocks cut the end off, and the route leads back to its start.
  var reachesEnd: Bool
  /// By stop: the place that was chosen for it.
  var places: [NamedPlace] = []
  /// What the walk ends at.
  var end: NamedPlace? = nil
}
