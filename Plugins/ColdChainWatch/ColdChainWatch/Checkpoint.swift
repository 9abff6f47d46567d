// The checkpoint: "CCW1", 8 records seen, 8 newest and 8 looked-at time, 4 count of boxes, the boxes in their order, checksum.
internal import ColdChain
internal import CrossdockPlugin

extension ColdChainModel {
  private static let format: UInt32 = 0x3157_4343  // "CCW1"

  public func checkpoint() -> [UInt8] {
    var state = StateWriter()
    state.append(Self.format)
    state.append(records)
    state.append(newestNs)
    state.append(lookedNs)
    state.append(UInt32(boxes.count))
    for box in boxes { box.encode(into: &state) }
    state.seal()
    return state.bytes
  }

  public func restore(_ checkpoint: [UInt8]) throws {
    do {
      try take(checkpoint)
    } catch let damage as StateReader.Damaged {
      throw PluginError(damage.description)
    }
  }

  /// All or nothing.
  private func take(_ checkpoint: [UInt8]) throws {
    var state = try StateReader(sealed: checkpoint)
    guard try state.integer(UInt32.self) == Self.format else { throw PluginError("it is of another version") }
    let records = try state.integer(UInt64.self)
    let newest = try state.integer(Int64.self)
    let looked = try state.integer(Int64.self)
    var read: [WatchedBox] = []
    var begunAnew = 0
    for _ in 0..<(try state.integer(UInt32.self)) {
      let (box, isWindowKept) = try WatchedBox.decode(from: &state, rules: options.rules)
      read.append(box)
      if !isWindowKept { begunAnew += 1 }
    }
    guard state.isAtEnd else { throw PluginError("it goes on after its end") }
    // A smaller max_boxes than before: the newest stay.
    while read.count > options.maxBoxes {
      read.remove(at: read.indices.min { read[$0].heardOrder < read[$1].heardOrder }!)
    }
    self.records = records
    newestNs = newest
    lookedNs = looked
    boxes = read
    indexBoxes()
    if begunAnew > 0 {
      context.log(.warning, "mkt_window_h is another: the mean kinetic temperature of \(begunAnew) boxes begins anew")
    }
  }
}
