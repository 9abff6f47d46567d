internal import AisleRouting
internal import CrossdockPlugin
internal import JSONText

/// The state of an `OrderBook` as bytes:
///
///     crossdock-pick-routing 1 <FNV-1a of what follows, 16 hexadecimal digits>\n
///     {"uses":n,"settings":[…],"layouts":{layout:file},"blocks":{layout:[[aisle,from,to,time],…]},
///      "freed":{layout:[…]},"taken_blocks":[…],"taken_picks":[…],"orders":[{…},…]}
///
/// Lengths in millimetres; times in nanoseconds, as text, for they are longer than a number of JSON is exact; what was taken, as hexadecimal
/// text. Orders stand in the order of their last use, so that equal states give equal bytes. Valid if and only
/// if the first line has version 1 and the hash fits. Places are kept by name: where a layout's file has changed since, orders
/// whose places are all still there get a new revision (reason `layout`), the others are forgotten and counted.
///
/// The layouts' files and the settings are those that the answers until now were made with: what an agent replays behind the checkpoint
/// is published already and must come out the same, whatever the files are now (`PickRoutingModel`). Files that are large together are
/// left out.
enum Checkpoint {
  private static let magic = "crossdock-pick-routing 1 "

  // MARK: writing

  static func write(_ book: OrderBook) -> [UInt8] {
    var json = JSONWriter(reserving: 1024 + 512 * book.orders.count)
    json.object { json in
      json.member("uses", book.uses)
      json.member("settings", array: { $0.values(book.settings) })
      if keepsLayouts(book) {
        json.member(
          "layouts",
          object: { json in
            for (layout, text) in book.layoutTexts.sorted(by: { $0.key < $1.key }) {
              json.member(layout, String(decoding: text, as: UTF8.self))
            }
          })
      }
      json.member("blocks", object: { write(book, \.blocked, &$0) })
      json.member("freed", object: { write(book, \.freed, &$0) })
      json.member(
        "taken_blocks", array: { json in for event in book.takenBlocks.identities { json.value(hex(event)) } })
      json.member("taken_picks", array: { json in for event in book.takenPicks.identities { json.value(hex(event)) } })
      json.member(
        "orders",
        array: { json in
          for order in book.orders.values.sorted(by: { $0.lastUse < $1.lastUse }) {
            write(order, &json)
          }
        })
    }
    return Array((magic + hash(json.bytes[...]) + "\n").utf8) + json.bytes
  }

  static func keepsLayouts(_ book: OrderBook) -> Bool {
    book.layoutTexts.values.reduce(0) { $0 + $1.count } <= PickRoutingLimits.maximumLayoutBytesInCheckpoint
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

  private static func write(_ book: OrderBook, _ words: KeyPath<HallNews, [HallNews.Word]>, _ json: inout JSONWriter) {
    for (name, news) in book.halls.sorted(by: { $0.key < $1.key }) where !news[keyPath: words].isEmpty {
      json.member(
        name,
        array: { json in
          for word in news[keyPath: words] {
            json.array { json in
              json.value(book.layouts[name]!.aisles[word.stretch.aisle])
              json.value(word.stretch.from)
              json.value(word.stretch.to)
              json.value("\(word.timeNs)")
            }
          }
        })
    }
  }

  private static func write(_ order: OpenOrder, _ json: inout JSONWriter) {
    let plan = order.plan
    json.object { json in
      json.member("id", order.id)
      json.member("source", order.source)
      if order.sources.count > 1 {
        json.member("sources", array: { json in for source in order.sources { json.value(source) } })
      }
      json.member("layout", order.layout)
      json.member("layout_version", order.layoutVersion)
      json.member("digest", hex(order.digest))
      json.member("revision", order.revision)
      json.member("status", order.status.rawValue)
      json.member("cause", order.cause?.rawValue)
      json.member("pending", order.pending?.rawValue)
      json.member("pending_since", order.pendingSince)
      json.member("position", order.position.name)
      if let moved = order.moved {
        json.member(
          "moved",
          array: {
            $0.value(moved.source); $0.value("\(moved.timeNs)")
          })
      }
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

  /// - Throws: `PluginError` when the bytes are not a valid checkpoint.
  static func document(_ bytes: [UInt8]) throws(PluginError) -> JSONValue {
    let headerLength = magic.utf8.count + 17
    guard bytes.count > headerLength, bytes.starts(with: magic.utf8) else {
      throw PluginError("not a checkpoint of pick-routing in version 1")
    }
    let body = bytes[headerLength...]
    guard bytes[..<headerLength].elementsEqual((magic + hash(body) + "\n").utf8) else {
      throw PluginError("the checkpoint is damaged: its hash does not fit")
    }
    guard let document = try? JSONValue.parse(Array(body)) else { throw misfit }
    return document
  }

  private static var misfit: PluginError {
    PluginError("the checkpoint is damaged: its content does not fit its format")
  }

  /// Replaces the book's state and returns how many orders and blocks were forgotten because their places are gone.
  /// - Throws: `PluginError` when the document is not one of a checkpoint; the book is as before then.
  static func read(_ document: JSONValue, into book: inout OrderBook) throws(PluginError) -> Int {
    guard let state = CheckpointState(document, layouts: book.layouts) else { throw misfit }
    book.uses = state.uses
    book.halls = state.halls
    book.takenBlocks = state.takenBlocks
    book.takenPicks = state.takenPicks
    book.orders = [:]
    book.pendingOrders = []
    for order in state.orders { book.store(order) }
    return state.forgotten
  }

  /// Whether the layouts and settings of then are known, and an empty book with them.
  static func past(_ document: JSONValue) -> OrderBook? {
    guard let settings = document["settings"]?.array?.compactMap(\.integer), settings.count == 4,
      settings.allSatisfy({ $0 >= 0 }), let files = document["layouts"]?.object
    else { return nil }
    var texts: [String: [UInt8]] = [:]
    var layouts: [HallLayout] = []
    for (name, value) in files {
      guard let text = value.string.map({ Array($0.utf8) }), let layout = try? LayoutReader.read(text, path: name),
        layout.id == name, texts.updateValue(text, forKey: name) == nil
      else { return nil }
      layouts.append(layout)
    }
    return OrderBook(
      layouts: layouts, maximumOrders: settings[0], maximumReroutes: settings[1],
      congestionCost: Int64(settings[2]), searchMs: settings[3], layoutTexts: texts)
  }

  /// Whether answers made with this book's layouts and settings are made as those of the checkpoint were.
  static func isOfToday(_ document: JSONValue, _ book: OrderBook) -> Bool {
    guard let files = document["layouts"]?.object, files.count == book.layoutTexts.count,
      document["settings"]?.array?.compactMap(\.integer) == book.settings
    else { return false }
    return files.allSatisfy { name, value in value.string.map { Array($0.utf8) } == book.layoutTexts[name] }
  }
}

extension JSONWriter {
  fileprivate mutating func values(_ numbers: [some BinaryInteger]) {
    for number in numbers { value(number) }
  }
}
