// One JSON document is one record; its body is the payload as it came.
//
// Columns: a number; `true` and `false` are 1 and 0; a string that is a number (many gateways quote them) is that number;
// NaN for anything else and for what is missing. Samples: the numbers of an array, NaN for elements that are none.
import Records

final class JSONRecordDecoder {
  private let extractor: JSONExtractor
  private let timeFormat: TimeFormat
  // Indices of the pointers in the extractor.
  private let time: Int?
  private let fields: [Int]
  private let samples: Int?
  private let dedupe: [Int]
  // Reused from message to message.
  private let columns: UnsafeMutableBufferPointer<Double>
  private var waveform: [Float] = []

  init(_ options: DecoderOptions) throws(CrossdockError) {
    var pointers: [JSONPointer] = []
    func add(_ text: String) throws(CrossdockError) -> Int {
      pointers.append(try JSONPointer(parsing: text))
      return pointers.count - 1
    }
    var time: Int?
    var samples: Int?
    var fields: [Int] = []
    var dedupe: [Int] = []
    if let text = options.time { time = try add(text) }
    if let text = options.samples { samples = try add(text) }
    for field in options.fields { fields.append(try add(field.place)) }
    for text in options.dedupe { dedupe.append(try add(text)) }
    self.time = time
    self.samples = samples
    self.fields = fields
    self.dedupe = dedupe
    timeFormat = options.timeFormat
    extractor = JSONExtractor(pointers)
    columns = .allocate(capacity: fields.count)
    columns.initialize(repeating: .nan)
  }

  deinit {
    columns.deallocate()
  }

  func decode(_ payload: UnsafeRawBufferPointer, into target: RecordTarget, _ keys: inout [UInt64?]) -> DecodeOutcome {
    if let fault = extractor.scan(payload) { return .undecodable(fault) }
    let text = payload.baseAddress!.assumingMemoryBound(to: UInt8.self)
    for (index, field) in fields.enumerated() { columns[index] = Self.column(text, extractor.span(of: field)) }
    if let samples {
      waveform.removeAll(keepingCapacity: true)
      Self.appendSamples(text, extractor.span(of: samples), to: &waveform)
      target.batch.appendSamples(waveform)
    }
    let time = eventTime(text, at: target.clock)
    target.finish(body: payload, columns: UnsafeBufferPointer(columns), eventTimeNs: time.ns, time.flags)
    if !dedupe.isEmpty { keys.append(dedupeKey(payload, target.source)) }
    return .records(1)
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
    for pointer in dedupe {
      let span = extractor.span(of: pointer)
      guard span.kind != .missing, span.kind != .null else { return nil }
      key.add(UnsafeRawBufferPointer(rebasing: payload[span.range]))
    }
    return key.value
  }

  private static func column(_ text: UnsafePointer<UInt8>, _ span: JSONSpan) -> Double {
    let content = span.content
    switch span.kind {
    case .number: return DecimalNumber.double(text, content.lowerBound, content.upperBound)
    case .bool: return text[content.lowerBound] == UInt8(ascii: "t") ? 1 : 0
    case .string where DecimalNumber.isNumber(text, content.lowerBound, content.upperBound):
      return DecimalNumber.double(text, content.lowerBound, content.upperBound)
    default: return .nan
    }
  }

  /// The array was checked by the scanner: commas outside of strings and brackets separate its elements.
  private static func appendSamples(_ text: UnsafePointer<UInt8>, _ span: JSONSpan, to samples: inout [Float]) {
    guard span.kind == .array else { return }
    let end = span.range.upperBound - 1
    var at = span.range.lowerBound + 1
    while true {
      while at < end, text[at] <= 0x20 { at += 1 }
      guard at < end else { return }
      if text[at] == UInt8(ascii: "-") || text[at] &- 0x30 < 10 {
        let number = DecimalNumber.leadingDouble(text, at, end)
        samples.append(Float(number.value))
        at = number.end
      } else {
        samples.append(.nan)
      }
      at = endOfElement(text, at, end) + 1
    }
  }

  /// The comma behind what is left of an element, or the end of the array.
  private static func endOfElement(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var at = start
    var depth = 0
    while at < end, depth > 0 || text[at] != UInt8(ascii: ",") {
      switch text[at] {
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: "\""): at = endOfString(text, at)
      default: break
      }
      at += 1
    }
    return at
  }

  /// The closing quote of a checked string.
  private static func endOfString(_ text: UnsafePointer<UInt8>, _ start: Int) -> Int {
    var at = start + 1
    while text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
    return at
  }
}
