internal import CCrossdockPlugin
package import CrossdockPlugin
internal import JSONText

/// The model behind `stop-sequencing`: reads plans and what happens to them, writes sequences with their times to the first stream of
/// `writes` and publishes them to the reply topic. Every message that cannot be taken is answered with a refusal; none stops it.
package final class StopSequencingModel: Model {
  package static let manifest = PluginManifest(
    name: "stop-sequencing", version: "0.1.0",
    summary: "Puts a truck's remaining stops in order, within their time windows, when the plan breaks.",
    options: [
      PluginOption(
        "reply_prefix", .string, default: "crossdock/stops/",
        help: "Answers are published to this and the plan's id. Empty: no replies."),
      PluginOption(
        "max_plans", .integer, default: "20",
        help: "Plans that are remembered; done ones make room first, then the one named least recently."),
    ])

  private var book: PlanBook
  private let stream: String
  private let ownStream: UInt16?
  private let replyPrefix: String
  private let log: (PluginContext.LogLevel, String) -> Void

  package init(_ context: PluginContext) throws {
    log = context.log
    guard let stream = context.writes.first else {
      throw PluginError("writes is empty: name the stream that sequences go to")
    }
    self.stream = stream
    ownStream = context.stream(stream)
    replyPrefix = context.string("reply_prefix")
    guard !replyPrefix.contains(where: { $0 == "+" || $0 == "#" || $0 == "\0" }) else {
      throw PluginError("reply_prefix: a topic to publish to has no + or #")
    }
    let plans = context.integer("max_plans")
    guard (1...PlanLimits.maximumPlans).contains(Int(clamping: plans)) else {
      throw PluginError("max_plans is \(plans), not within 1 to \(PlanLimits.maximumPlans)")
    }
    book = PlanBook(maximumPlans: Int(plans))
  }

  package func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    for record in batch {
      if record.flags & UInt32(CROSSDOCK_FLAG_DERIVED) != 0, record.stream == ownStream { continue }
      let started = output.remainingUs
      let evicted = book.evictedOpenPlans
      guard let (id, body) = answer(record, output, { max(0, started - output.remainingUs) }) else { continue }
      try output.emit(
        stream: stream, source: record.source, eventTimeNs: record.eventTimeNs, body: body,
        replyTopic: replyPrefix.isEmpty ? "" : replyPrefix + Self.level(id ?? "unknown"))
      if book.evictedOpenPlans > evicted {
        output.count("open_plans_evicted", book.evictedOpenPlans - evicted)
        log(.warning, "an open plan made room for a new one; max_plans is \(book.maximumPlans)")
      }
    }
  }

  private func answer(
    _ record: PluginRecord, _ output: PluginOutput, _ takenUs: () -> Int64
  ) -> (id: String?, body: [UInt8])? {
    var id: String?
    do {
      let document = try JSONValue.parse(Array(record.body))
      id = document["plan"].flatMap { try? MemberReader.name($0, "plan") }
      let repetitions = book.repetitions
      let plan = try book.take(
        document, from: record.source, sentNs: record.isEventTimeTrusted ? record.eventTimeNs : nil)
      output.count(book.repetitions > repetitions ? "messages_repeated" : "messages_taken")
      return plan.map { (id, PlanAnswer.body($0, timeUs: takenUs())) }
    } catch {
      let refusal = error as? Refusal ?? Refusal("", "not JSON: \(error)")
      output.count("messages_refused")
      return (id, PlanAnswer.refusal(refusal, plan: id, source: record.source))
    }
  }

  /// What a level of a topic must not contain becomes `-`.
  private static func level(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { "+#/\0".unicodeScalars.contains($0) ? "-" : $0 }))
  }

  package func checkpoint() -> [UInt8] { PlanCheckpoint.write(book) }

  package func restore(_ checkpoint: [UInt8]) throws { try PlanCheckpoint.read(checkpoint, into: &book) }
}
