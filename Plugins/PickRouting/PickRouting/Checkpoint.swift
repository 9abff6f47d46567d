internal import AisleRouting
internal import CrossdockPlugin
internal import JSONText

/// The state of an `OrderBook` as bytes:
///
///     crossdock-pick-routing 1 <FNV-1a of what follows, 16 hexadecimal digits>\n
///     {"uses":n,"blocks":{layout:[[aisle,from,to],…]},"orders":[{…},…]}
///
/// Lengths in millimetres. Orders stand in the order of their last use, so that equal states give equal bytes. Valid if and only
/// if the first line has version 1 and the hash fits. Places are kept by name: where a layout's file has changed since, orders
/// whose places are all still there get a new revision (reason `layout`), the others are forgotten and counted.
enum Checkpoint {
  private static let magic = "crossdock-pick-routing 1 "

  // MARK: writing

  static func write(_ book: OrderBook) -> [UInt8] {
    var json = JSONWriter(reserving: 1024 + 512 * book.orders.count)
    json.object { json in
      json.member("uses", book.uses)
      json.member(
        "blocks",
        object: { json in
          for (layout, blocks) in book.blocks.sorted(by: { $0.key < $1.key }) {
            json.member(layout, array: { write(blocks, book.layouts[layout]!, &$0) })
          }
        })
      json.member(
        "orders",
        array: { json in
          for order in book.orders.values.sorted(by: { $0.lastUse < $1.lastUse }) {
            write(order, version: book.layouts[order.layout]!.version, &json)
          }
        })
    }
    return Array((magic + hash(json.bytes[...]) + "\n").utf8) + json.bytes
  }

  private static func hash(_ body: ArraySlice<UInt8>) -> String {
    var hash = FNV1a()
    hash.add(body)
    return hex(hash.value)
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  private static func write(_ blocks: [AisleBlock], _ layout: HallLayout, _ json: inout JSONWriter) {
    for block in blocks {
      json.array { json in
        json.value(layout.aisles[block.aisle])
        json.value(block.from)
        json.value(block.to)
      }
    }
  }

  private static func write(_ order: OpenOrder, version: String, _ json: inout JSONWriter) {
    let plan = order.plan
    json.object { json in
      json.member("id", order.id)
      json.member("source", order.source)
      if order.sources.count > 1 {
        json.member("sources", array: { json in for source in order.sources { json.value(source) } })
      }
      json.member("layout", order.layout)
      json.member("layout_version", version)
      json.member("digest", hex(order.digest))
      json.member("revision", order.revision)
      json.member("status", order.status.rawValue)
      json.member("cause", order.cause?.rawValue)
      json.member("pending", order.pending?.rawValue)
      json.member("pending_since", order.pendingSince)
      json.member("position", order.position.name)
      json.member("end", order.end.name)
      if order.ends.count > 1 { json.member("ends", array: { json in for end in order.ends { json.value(end.name) } }) }
      json.member("version", order.version)
      json.member("use", order.lastUse)
      json.member("tally", array: { $0.values([order.tally.confirmed, order.tally.short, order.tally.skipped]) })
      json.member("lines", array: { json in for line in order.lines { write(line, &json) } })
      json.member("start", plan.start)
      json.member("stops", array: { $0.values(plan.stops) })
      json.member("walks", array: { $0.values(plan.walks) })
      json.member("unreachable", array: { $0.values(plan.unreachable) })
      json.member("length", plan.length)
      json.member("lower_bound", plan.lowerBound)
      json.key("s_shape")
      if let length = plan.sShape { json.value(length) } else { json.null() }
      json.member("reaches_end", plan.reachesEnd)
    }
  }

  private static func write(_ line: PickLine, _ json: inout JSONWriter) {
    json.array { json in
      json.value(line.number)
      json.value(line.place.name)
      if let gtin = line.gtin { json.value(gtin) } else { json.null() }
      json.value(line.quantity)
      json.value(line.state.rawValue)
      // What only few lines have.
      if line.places.count > 1 || line.handling != .normal {
        json.value(line.handling.rawValue)
        for place in line.places { json.value(place.name) }
      }
    }
  }

  // MARK: reading

  /// Replaces the book's state and returns how many orders and blocks were forgotten because their places are gone.
  /// - Throws: `PluginError` when the bytes are not a valid checkpoint; the book is as before then.
  static func read(_ bytes: [UInt8], into book: inout OrderBook) throws(PluginError) -> Int {
    let headerLength = magic.utf8.count + 17
    guard bytes.count > headerLength, bytes.starts(with: magic.utf8) else {
      throw PluginError("not a checkpoint of pick-routing in version 1")
    }
    let body = bytes[headerLength...]
    guard bytes[..<headerLength].elementsEqual((magic + hash(body) + "\n").utf8) else {
      throw PluginError("the checkpoint is damaged: its hash does not fit")
    }
    guard let document = try? JSONValue.parse(Array(body)), let state = CheckpointState(document, layouts: book.layouts)
    else { throw PluginError("the checkpoint is damaged: its content does not fit its format") }
    book.uses = state.uses
    book.blocks = state.blocks
    book.orders = [:]
    book.pendingOrders = []
    for order in state.orders { book.store(order) }
    return state.forgotten
  }
}

extension JSONWriter {
  fileprivate mutating func values(_ numbers: [some BinaryInteger]) {
    for number in numbers { value(number) }
  }
}
