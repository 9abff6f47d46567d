// Watches the temperatures of refrigerated boxes. One box is one source of one stream; ColdChain judges it, this type keeps
// the boxes, says what they did, and notices those that are silent.
//
// Invariants: what is emitted depends only on the records and their order, not on batches; the checkpoint is all that an instance
// knows, so that one restored from it goes on as the other would have; no more than `max_boxes` boxes are kept.
internal import CCrossdockPlugin
internal import ColdChain
public import CrossdockPlugin

public final class ColdChainModel: Model {
  public static let manifest = PluginManifest(
    name: "cold-chain-watch", version: "1.0.0",
    summary: "Alerts on temperature excursions of refrigerated boxes and follows their mean kinetic temperature.",
    options: ColdChainOptions.table)

  let options: ColdChainOptions
  let context: PluginContext
  private let alerts: String
  private let summaries: String?
  /// For each stream the place of the temperature in its columns.
  private let columns: [Int?]

  var boxes: [WatchedBox] = []
  private var placeByName: [String: Int] = [:]
  private var placeByNumber: [UInt64: Int] = [:]
  var records: UInt64 = 0
  /// The latest CLOCK_BOOTTIME seen, and the one at which silence was looked for.
  var newestNs: Int64 = .min
  var lookedNs: Int64 = .min

  public init(_ context: PluginContext) throws {
    options = try ColdChainOptions(context)
    guard let first = context.writes.first else { throw PluginError("writes is empty: name a stream for the alerts") }
    alerts = first
    summaries = context.writes.count > 1 ? context.writes[1] : nil
    let column = options.column
    columns = context.streams.map { stream in
      column.isEmpty ? (stream.columns.isEmpty ? nil : 0) : stream.columns.firstIndex(of: column)
    }
    guard columns.contains(where: { $0 != nil }) else {
      throw PluginError(
        column.isEmpty
          ? "no stream has a numeric field: name the temperature in `fields` of the feed"
          : "no stream has a field \"\(column)\": `column` must be one of the `fields` of the feed")
    }
    self.context = context
  }

  public func process(_ batch: PluginBatch, into out: PluginOutput) throws {
    var events: [BoxEvent] = []
    for record in batch {
      guard let column = columns[Int(record.stream)] else {
        out.count("records_without_column")
        continue
      }
      // A retained message is an old one, and comes again with each session of the broker.
      guard record.flags & UInt32(CROSSDOCK_FLAG_RETAINED) == 0 else {
        out.count("retained_skipped")
        continue
      }
      let values = record.columns
      let value = column < values.count ? values[column] : .nan
      records += 1
      let place = try findBox(record, out)
      try lookForSilence(record, except: place, out)
      try hear(place, record, out)
      events.removeAll(keepingCapacity: true)
      boxes[place].monitor.take(
        value, atNs: record.eventTimeNs, sequence: record.sequence, rules: options.rules, into: &events)
      for event in events { try tell(event, boxes[place], record, out) }
    }
  }

  // Boxes

  private func findBox(_ record: PluginRecord, _ out: PluginOutput) throws -> Int {
    let number = UInt64(record.stream) << 32 | UInt64(record.sourceNumber)
    if let place = placeByNumber[number] { return place }
    let stream = context.streams[Int(record.stream)].name
    let source = record.source
    let name = Self.name(stream, source)
    var place = placeByName[name]
    if place == nil {
      if boxes.count >= options.maxBoxes { try forgetOldest(record, out) }
      place = boxes.count
      boxes.append(
        WatchedBox(
          stream: stream, source: source, monitor: BoxMonitor(options.rules), heardNs: record.monotonicNs,
          heardAtNs: record.eventTimeNs, heardSequence: record.sequence, heardOrder: records))
    }
    placeByName[name] = place
    placeByNumber[number] = place
    return place!
  }

  private func forgetOldest(_ record: PluginRecord, _ out: PluginOutput) throws {
    let oldest = boxes.indices.min { boxes[$0].heardOrder < boxes[$1].heardOrder }!
    let box = boxes.remove(at: oldest)
    indexBoxes()
    out.count("boxes_forgotten")
    let telling = AlertTelling(options: options, at: record.eventTimeNs, sequence: record.sequence)
    for limit in Limit.allCases where box.monitor.excursion(limit).phase == .open {
      let body = telling.limit(limit, "cleared", box.monitor.excursion(limit), box, reason: "forgotten")
      try emitAlert(box, record.eventTimeNs, body, out)
    }
    if box.silentSince != nil {
      try emitAlert(box, record.eventTimeNs, telling.silence("cleared", box, reason: "forgotten"), out)
    }
  }

  func indexBoxes() {
    placeByNumber.removeAll(keepingCapacity: true)
    placeByName.removeAll(keepingCapacity: true)
    for (place, box) in boxes.enumerated() { placeByName[Self.name(box.stream, box.source)] = place }
  }

  private static func name(_ stream: String, _ source: String) -> String { "\(stream)\u{0}\(source)" }

  // Silence: seen by the records of the other boxes, for a model has no clock of its own. All boxes are looked at
  // when an eighth of the time has gone by.

  private func lookForSilence(_ record: PluginRecord, except heard: Int, _ out: PluginOutput) throws {
    guard options.silentAfterNs > 0 else { return }
    let now = record.monotonicNs
    if now < newestNs {
      // The machine was started anew (records come in the order of their arrival): count from here.
      for i in boxes.indices where boxes[i].silentSince == nil { boxes[i].heardNs = now }
      lookedNs = now
    }
    newestNs = now
    guard lookedNs == .min || now - lookedNs >= options.silentAfterNs / 8 else { return }
    lookedNs = now
    for i in boxes.indices
    where i != heard && boxes[i].silentSince == nil && now - boxes[i].heardNs >= options.silentAfterNs {
      boxes[i].silentSince = boxes[i].heardSequence
      out.count("silent_boxes")
      let telling = AlertTelling(options: options, at: record.eventTimeNs, sequence: record.sequence)
      try emitAlert(boxes[i], record.eventTimeNs, telling.silence("opened", boxes[i], reason: nil), out)
    }
  }

  private func hear(_ place: Int, _ record: PluginRecord, _ out: PluginOutput) throws {
    if boxes[place].silentSince != nil {
      let telling = AlertTelling(options: options, at: record.eventTimeNs, sequence: record.sequence)
      try emitAlert(boxes[place], record.eventTimeNs, telling.silence("cleared", boxes[place], reason: "heard"), out)
      boxes[place].silentSince = nil
    }
    boxes[place].heardNs = record.monotonicNs
    boxes[place].heardAtNs = record.eventTimeNs
    boxes[place].heardSequence = record.sequence
    boxes[place].heardOrder = records
  }

  // Telling

  private func tell(_ event: BoxEvent, _ box: WatchedBox, _ record: PluginRecord, _ out: PluginOutput) throws {
    let telling = AlertTelling(options: options, at: record.eventTimeNs, sequence: record.sequence)
    switch event {
    case .bad(.missing): out.count("missing_values")
    case .bad(.outOfRange): out.count("out_of_range_values")
    case .bad(.implausibleTime): out.count("implausible_times")
    case .bad(.backwards): out.count("late_samples")
    case .clockSetBack: out.count("clocks_set_back")
    case .gap(let from, let to):
      out.count("gaps")
      try emitAlert(box, record.eventTimeNs, telling.gap(from, to, box), out)
    case .limit(let limit, let change, let excursion):
      switch change {
      case .opened: out.count("alerts_opened")
      case .updated: out.count("alerts_updated")
      case .cleared: out.count("alerts_cleared")
      }
      let reason = change == .cleared ? "recovered" : nil
      try emitAlert(
        box, record.eventTimeNs, telling.limit(limit, change.rawValue, excursion, box, reason: reason), out)
    case .summary(let summary):
      guard let summaries else { return }
      try out.emit(
        stream: summaries, source: box.source, eventTimeNs: record.eventTimeNs, body: telling.summary(summary, box))
    }
  }

  private func emitAlert(_ box: WatchedBox, _ time: Int64, _ body: [UInt8], _ out: PluginOutput) throws {
    try out.emit(stream: alerts, source: box.source, eventTimeNs: time, body: body)
  }
}
