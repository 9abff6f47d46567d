/// Who sent a message and when: by it news are told from what comes late or again.
///
/// Times of several senders are compared, so their clocks count. One that runs ahead of the box counts as right when its message
/// arrives; what is known with a time that is still to come is not believed (the box's clock was wrong then) and makes nothing old.
struct MessageOrigin {
  var source: String
  /// As the message says; nil: it does not, or out of bounds.
  var ownTimeNs: Int64?
  var arrivalNs: Int64 = 0

  /// When it happened, as far as known.
  var timeNs: Int64 { min(ownTimeNs ?? arrivalNs, arrivalNs) }

  /// Whether something newer is known. A message without a time of its own is never old.
  func isBefore(_ knownNs: Int64) -> Bool {
    ownTimeNs != nil && timeNs < knownNs && knownNs <= arrivalNs
  }

  func newest(_ knownNs: Int64) -> Int64 { knownNs <= arrivalNs ? max(knownNs, timeNs) : timeNs }

  /// The same for the same event sent again, nil where nothing tells it from another one alike: it has neither an id nor a time of its own.
  func identity(of event: PickEvent) -> UInt64? {
    guard event.id != nil || ownTimeNs != nil else { return nil }
    var hash = FNV1a()
    func add(_ text: String?) {
      hash.add(CollectionOfOne(text == nil ? 1 : 2))
      hash.add((text ?? "").utf8)
    }
    add(source)
    add(event.id)
    if event.id == nil { add(ownTimeNs.map(String.init)) }
    // An id that is given to everything (a device's, say) must not make everything the same.
    add(event.kind.rawValue)
    for text in [event.order, event.layout, event.location, event.at] { add(text) }
    add(event.line.map(String.init))
    switch event.stretch {
    case nil: add(nil)
    case .wholeAisle(let aisle): add(aisle)
    case .part(let aisle, let from, let to): for text in [aisle, "\(from)", "\(to)"] { add(text) }
    case .between(let one, let other): for text in [one, other] { add(text) }
    }
    return hash.value
  }
}
