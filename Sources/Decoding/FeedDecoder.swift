package import Records

/// How and when a message came.
package struct Arrival: Sendable {
  package var clock: ClockReading
  package var isRetained: Bool

  package init(clock: ClockReading, isRetained: Bool = false) {
    self.clock = clock
    self.isRetained = isRetained
  }
}

/// A feed's way from payload to records, resolved once. Not Sendable: it belongs to the thread that decodes.
///
/// A message is decoded whole or not at all: after `.undecodable` the batch is as it was. An empty payload is undecodable
/// in every format (in MQTT it deletes a retained message and states no fact).
package final class FeedDecoder {
  private enum Form {
    case json(JSONRecordDecoder)
    case csv(CSVRecordDecoder)
    case raw
  }

  private let form: Form
  /// Of the records of the last message, in order; nil where a value is missing. Empty when the feed does not ask for it.
  package private(set) var dedupeKeys: [UInt64?] = []

  /// - Throws: `CrossdockError` about an option that makes no sense.
  package init(_ options: DecoderOptions) throws(CrossdockError) {
    switch options.format {
    case .json: form = .json(try JSONRecordDecoder(options))
    case .csv: form = .csv(try CSVRecordDecoder(options))
    case .raw:
      let named =
        options.fields.first?.name ?? (options.time == nil ? nil : "time") ?? (options.samples == nil ? nil : "samples")
        ?? options.dedupe.first
      if let named {
        throw CrossdockError(
          "use the raw decoder", at: named, reason: "raw bytes have no fields", hint: "use json or csv",
          exitCode: .badConfiguration)
      }
      form = .raw
    }
  }

  package func decode(
    payload: UnsafeRawBufferPointer, arrival: Arrival, stream: UInt16, source: UInt32, into batch: RecordBatch
  ) -> DecodeOutcome {
    if !dedupeKeys.isEmpty { dedupeKeys.removeAll(keepingCapacity: true) }
    guard payload.count > 0 else { return .undecodable(DecodeFault(.empty, at: 0)) }
    let target = RecordTarget(arrival: arrival, stream: stream, source: source, batch: batch)
    switch form {
    case .json(let decoder): return decoder.decode(payload, into: target, &dedupeKeys)
    case .csv(let decoder):
      let mark = batch.mark()
      let outcome = decoder.decode(payload, into: target, &dedupeKeys)
      if case .undecodable = outcome {
        batch.rollBack(to: mark)
        dedupeKeys.removeAll(keepingCapacity: true)
      }
      return outcome
    case .raw:
      let noColumns = UnsafeBufferPointer<Double>(start: nil, count: 0)
      target.finish(body: payload, columns: noColumns, eventTimeNs: arrival.clock.wallNs, .eventTimeMissing)
      return .records(1)
    }
  }
}

/// Where a message's records go, with what they have in common. It lives no longer than the call that was given the batch, and
/// so counts no reference to it.
struct RecordTarget: ~Copyable {
  let clock: ClockReading
  let stream: UInt16
  let source: UInt32
  unowned(unsafe) let batch: RecordBatch
  private let flags: UInt32

  init(arrival: Arrival, stream: UInt16, source: UInt32, batch: RecordBatch) {
    clock = arrival.clock
    self.stream = stream
    self.source = source
    self.batch = batch
    // Not as array literals: those go through the unspecialised SetAlgebra.
    let clockFlag = arrival.clock.isSynchronised ? 0 : RecordFlags.clockUnsynchronised.rawValue
    flags = clockFlag | (arrival.isRetained ? RecordFlags.retained.rawValue : 0)
  }

  /// Columns may have been appended to the batch before instead.
  func finish(
    body: UnsafeRawBufferPointer, columns: UnsafeBufferPointer<Double>, eventTimeNs: Int64, _ more: RecordFlags
  ) {
    batch.finishRecord(
      body: body, columns: columns, stream: stream, source: source, eventTimeNs: eventTimeNs,
      ingestTimeNs: clock.wallNs, monotonicNs: clock.monotonicNs, flags: RecordFlags(rawValue: flags | more.rawValue))
  }
}
