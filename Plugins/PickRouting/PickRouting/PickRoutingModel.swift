internal import AisleRouting
internal import CCrossdockPlugin
package import CrossdockPlugin
internal import JSONText

/// The model behind `pick-routing`: reads orders and what pickers report, writes routes to the first stream of `writes` and
/// publishes them to the reply topic. Every message that cannot be taken is answered with a refusal; none stops it.
///
/// A published revision never changes: what is replayed behind a checkpoint is planned with the layouts and settings of the checkpoint, and
/// today's are taken up with the first batch that is new, which gives the open orders their next revision (`layout`). That batch is
/// committed with a checkpoint. Where the layouts are too large to be in it, each decision has one.
package final class PickRoutingModel: Model {
  package static let manifest = PluginManifest(
    name: "pick-routing", version: "0.1.0",
    summary: "Shortest walks for pick orders, re-routed when an aisle is blocked or a pick falls short.",
    options: [
      PluginOption("layouts", .files, default: nil, help: "Layout files of the halls (format crossdock-layout/1)."),
      PluginOption(
        "reply_topic", .string, default: "crossdock/{source}/route",
        help: "Topic that answers are published to; {source} is the sender, {order} the order. Empty: no replies."),
      PluginOption(
        "max_open_orders", .integer, default: "1000",
        help: "Orders that are remembered; the one named least recently makes room, done ones first."),
      PluginOption(
        "max_reroutes", .integer, default: "50",
        help:
          "Open orders that are looked at again with each message after a block; the others follow with the next ones."),
      PluginOption(
        "search_ms", .integer, default: "10",
        help: "Budget of the search for a route where the exact method does not apply, in milliseconds of one core."),
      PluginOption(
        "congestion_cost", .integer, default: "0",
        help:
          "Metres that a walk may be longer for each picker it does not meet in an aisle; 0: others are not regarded."),
    ])

  private var book: OrderBook
  /// Today's layouts and settings, without orders, while `book` has those of the checkpoint.
  private var today: OrderBook?
  /// What the checkpoint in the journal has is not what the next batch is answered with.
  private var isCheckpointDue = true
  private let replyTopic: ReplyTopic
  private let stream: String
  /// Number of the stream that this model writes: its own records are not for it.
  private let ownStream: UInt16?
  private let log: (PluginContext.LogLevel, String) -> Void

  package init(_ context: PluginContext) throws {
    log = context.log
    guard let stream = context.writes.first else {
      throw PluginError("writes is empty: name the stream that routes go to")
    }
    self.stream = stream
    ownStream = context.stream(stream)
    replyTopic = try ReplyTopic(context.string("reply_topic"))
    let orders = context.integer("max_open_orders")
    guard (1...PickRoutingLimits.maximumOpenOrders).contains(orders) else {
      throw PluginError("max_open_orders is \(orders), not within 1 to \(PickRoutingLimits.maximumOpenOrders)")
    }
    let reroutes = context.integer("max_reroutes")
    guard (1...PickRoutingLimits.maximumOpenOrders).contains(reroutes) else {
      throw PluginError("max_reroutes is \(reroutes), not within 1 to \(PickRoutingLimits.maximumOpenOrders)")
    }
    let search = context.integer("search_ms")
    guard (1...1_000).contains(search) else { throw PluginError("search_ms is \(search), not within 1 to 1000") }
    let congestion = context.integer("congestion_cost")
    guard (0...1_000).contains(congestion) else {
      throw PluginError("congestion_cost is \(congestion), not within 0 to 1000")
    }
    // An empty array in agent.conf comes as no value at all.
    let files = context.options["layouts"] == nil ? [] : context.files("layouts")
    let layouts = try Self.layouts(files)
    book = OrderBook(
      layouts: layouts, maximumOrders: Int(orders), maximumReroutes: Int(reroutes),
      congestionCost: congestion * 1000, searchMs: Int(search),
      layoutTexts: Dictionary(uniqueKeysWithValues: zip(layouts.map(\.id), files.map(\.contents))))
    for layout in book.layouts.values.sorted(by: { $0.id < $1.id }) {
      // So that the first order does not wait for them.
      if layout.isPlain { AisleRouter.prepareTables(crossAisleCount: layout.geometry.crossY.count, openWalks: true) }
      log(.info, "layout \(layout.id) version \(layout.version): \(layout.locationCount) locations")
    }
  }

  private static func layouts(_ files: [PluginContext.File]) throws -> [HallLayout] {
    guard !files.isEmpty else { throw PluginError("layouts is empty: name at least one layout file") }
    guard files.count <= PickRoutingLimits.maximumLayouts else {
      throw PluginError("layouts names \(files.count) files; at most \(PickRoutingLimits.maximumLayouts)")
    }
    var paths: [String: String] = [:]
    return try files.map { file in
      let layout = try LayoutReader.read(file.contents, path: file.path)
      if let other = paths.updateValue(file.path, forKey: layout.id) {
        throw PluginError("layouts \(other) and \(file.path) both have the id \(layout.id)")
      }
      return layout
    }
  }

  package func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    if !output.isReplay { try takeUpToday(output) }
    let decisions = book.decisions
    defer { if book.decisions > decisions, !Checkpoint.keepsLayouts(book) { output.wantCheckpoint() } }
    for record in batch {
      if record.flags & UInt32(CROSSDOCK_FLAG_DERIVED) != 0, record.stream == ownStream { continue }
      let evicted = book.evictedOpenOrders
      var answers = try answers(to: record, output)
      answers += try book.catchUp { output.remainingUs }
      for answer in answers {
        try output.emit(
          stream: stream, source: answer.source, eventTimeNs: record.eventTimeNs, body: answer.body,
          replyTopic: replyTopic.topic(source: answer.source, order: answer.order))
      }
      if book.evictedOpenOrders > evicted {
        output.count("open_orders_evicted", book.evictedOpenOrders - evicted)
        log(.warning, "an open order made room for a new one; max_open_orders is \(book.maximumOrders)")
      }
    }
  }

  private func answers(to record: PluginRecord, _ output: PluginOutput) throws -> [RouteAnswer] {
    let source = record.source
    var document = JSONValue.null
    do {
      document = try JSONValue.parse(Array(record.body))
      let message = try PickMessage.parse(document)
      let repetitions = book.repetitions
      let origin = MessageOrigin(
        source: source, ownTimeNs: record.isEventTimeTrusted ? record.eventTimeNs : nil, arrivalNs: record.ingestTimeNs)
      let answers = try book.take(message, from: origin) { output.remainingUs }
      output.count(book.repetitions > repetitions ? "messages_repeated" : "messages_taken")
      return answers
    } catch let refusal as Refusal {
      return refuse(refusal, document, source, output)
    } catch let error as MemberError {
      return refuse(Refusal(error), document, source, output)
    } catch let error as JSONSyntaxError {
      return refuse(Refusal("", "not JSON: \(error)", hint: "send one JSON object"), document, source, output)
    }
  }

  private func refuse(
    _ refusal: Refusal, _ document: JSONValue, _ source: String, _ output: PluginOutput
  ) -> [RouteAnswer] {
    output.count("messages_refused")
    let order = document["order"].flatMap { try? MemberReader.name($0, at: "order") }
    return [RouteAnswer(refusing: refusal, order: order, source: source)]
  }

  package func checkpoint() -> [UInt8] { Checkpoint.write(book) }

  package func restore(_ checkpoint: [UInt8]) throws {
    let document = try Checkpoint.document(checkpoint)
    isCheckpointDue = !Checkpoint.isOfToday(document, book)
    guard isCheckpointDue, var past = Checkpoint.past(document) else { return try read(document, into: &book) }
    try read(document, into: &past)
    (today, book) = (book, past)
  }

  private func takeUpToday(_ output: PluginOutput) throws {
    guard isCheckpointDue else { return }
    isCheckpointDue = false
    output.wantCheckpoint()
    guard var new = today else { return }
    today = nil
    try read(try Checkpoint.document(Checkpoint.write(book)), into: &new)
    book = new
  }

  private func read(_ document: JSONValue, into book: inout OrderBook) throws {
    let dropped = try Checkpoint.read(document, into: &book)
    if dropped > 0 {
      log(.warning, "forgot \(dropped) orders or blocks of the checkpoint: the layouts no longer have their places")
    }
  }
}
