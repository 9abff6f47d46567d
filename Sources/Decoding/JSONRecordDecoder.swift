// One JSON document is one record; its body is the payload as it came.
//
// Columns: as `ColumnNumber` says; NaN for what is no number and for what is missing. Samples: the numbers of an array, NaN for elements that are none; where the feed says
// so, a base64 text of packed numbers (an array is understood all the same). A text that is not such a one is a fault: the message goes
// to quarantine, where its sender can be found, and not into a model as a waveform that is empty or shifted by a byte.
import Records

final class JSONRecordDecoder {
  private let extractor: JSONExtractor
  private let timeFormat: TimeFormat
  // Indices of the pointers in the extractor: the fields come first, then the dedupe values.
  private let fieldCount: Int
  private let dedupeEnd: Int
  private let time: Int?
  /// The pointer of the samples in the extractor.
  private let samples: Int?
  private let packed: PackedSamples?
  // Reused from message to message.
  private let columns: UnsafeMutableBufferPointer<Double>

  init(_ options: DecoderOptions) throws(CrossdockError) {
    var pointers: [JSONPointer] = []
    for field in options.fields { pointers.append(try JSONPointer(parsing: field.place)) }
    fieldCount = pointers.count
    for text in options.dedupe { pointers.append(try JSONPointer(parsing: text)) }
    dedupeEnd = pointers.count
    var time: Int?
    if let text = options.time {
      time = pointers.count
      pointers.append(try JSONPointer(parsing: text))
    }
    var samples: Int?
    if let text = options.samples {
      samples = pointers.count
      pointers.append(try JSONPointer(parsing: text))
    }
    self.time = time
    self.samples = samples
    packed = samples == nil || options.sampleFormat == .numbers ? nil : PackedSamples(options.sampleFormat)
    timeFormat = options.timeFormat
    extractor = JSONExtractor(pointers, samples: samples)
    columns = .allocate(capacity: fieldCount)
    columns.initialize(repeating: .nan)
  }

  deinit {
    columns.deallocate()
  }

  func decode(
    _ payload: UnsafeRawBufferPointer, into target: borrowing RecordTarget, _ keys: inout [UInt64?]
  ) -> DecodeOutcome {
    if let fault = extractor.scan(payload) { return .undecodable(fault) }
    let text = payload.baseAddress!.assumingMemoryBound(to: UInt8.self)
    if let fault = unpack(text) { return .undecodable(fault) }
    var field = 0
    while field < fieldCount {
      columns[field] = column(text, field)
      field += 1
    }
    if let samples {
      if let packed, extractor.span(of: samples).kind == .string {
        target.batch.appendSamples(packed.samples)
      } else {
        target.batch.appendSamples(extractor.samples)
      }
    }
    let time = eventTime(text, at: target.clock)
    target.finish(body: payload, columns: UnsafeBufferPointer(columns), eventTimeNs: time.ns, time.flags)
    if dedupeEnd > fieldCount { keys.append(dedupeKey(payload, target.source)) }
    return .records(1)
  }

  private func unpack(_ text: UnsafePointer<UInt8>) -> DecodeFault? {
    guard let packed, let samples else { return nil }
    let span = extractor.span(of: samples)
    return span.kind == .string ? packed.read(text, span.content) : nil
  }

  private func eventTime(_ text: UnsafePointer<UInt8>, at clock: ClockReading) -> (ns: Int64, flags: RecordFlags) {
    guard let time else { return (clock.wallNs, .eventTimeMissing) }
    let span = extractor.span(of: time)
    switch span.kind {
    case .missing, .null: return (clock.wallNs, .eventTimeMissing)
    case .number, .string:
      return EventTime.resolve(
        EventTime.parse(text, span.content, isNumber: span.kind == .number, timeFormat), at: clock)
    case .bool, .array, .object: return EventTime.resolve(nil, at: clock)
    }
  }

  private func dedupeKey(_ payload: UnsafeRawBufferPointer, _ source: UInt32) -> UInt64? {
    var key = DedupeKey(source: source)
    for pointer in fieldCount..<dedupeEnd {
      let span = extractor.span(of: pointer)
      guard span.kind != .missing, span.kind != .null else { return nil }
      key.add(UnsafeRawBufferPointer(rebasing: payload[span.range]))
    }
    return key.value
  }

  private func column(_ text: UnsafePointer<UInt8>, _ field: Int) -> Double {
    let span = extractor.span(of: field)
    switch span.kind {
    case .number: return extractor.number(of: field)
    case .bool: return ColumnNumber.of(text[Int(span.start)] == UInt8(ascii: "t"))
    case .string: return span.isEscaped ? unescaped(text, span.content) : ColumnNumber.of(text, span.content)
    default: return .nan
    }
  }
  /// Its text counts, not how the sender has written it.
  private func unescaped(_ text: UnsafePointer<UInt8>, _ content: Range<Int>) -> Double {
    // An escape has at most six bytes for one of a number; what is longer is none.
    guard content.count <= 6 * DecimalNumber.maxBytes else { return .nan }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: content.count) { room in
      let count = StringEscape.decode(text, content.lowerBound, content.upperBound, into: room)
      return ColumnNumber.of(text: UnsafeBufferPointer(rebasing: room[..<max(0, count)]))
    }
  }
}
