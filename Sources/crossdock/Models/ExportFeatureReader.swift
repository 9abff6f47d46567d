#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Decoding
  import JSONText
  import Records
  import SignalFeatures

  /// A stream's export: one record a line, inputs and waveform from its body. A record that the broker had retained is left out, as the
  /// plugin leaves it out.
  final class ExportFeatureReader {
    private let lines: LineReader
    private let specification: FeatureSpecification
    private let options: FeatureInput.Options
    private let samples: UnsafeMutablePointer<Float>
    private var texts: [[UInt8]] = []

    init(
      path: String, _ specification: FeatureSpecification, _ options: FeatureInput.Options
    ) throws(CrossdockError) {
      lines = try LineReader(path: path)
      self.specification = specification
      self.options = options
      samples = .allocate(capacity: specification.waveform == nil ? 1 : FeatureLimits.blockSamples + 1)
    }

    deinit {
      samples.deallocate()
    }

    func read(into record: FeatureRecord, _ body: (FeatureRecord) throws -> Void) throws {
      while let line = try lines.next() {
        if line.isEmpty { continue }
        let document: JSONValue
        do throws(JSONSyntaxError) {
          document = try JSONValue.parse(Array(line))
        } catch {
          throw lines.error(column: error.column, error.reason)
        }
        guard document.object != nil, let content = document["body"] else {
          throw lines.error("the line is no exported record: it has no \"body\"", hint: "see crossdock export --help")
        }
        let flags = document["flags"]?.array?.compactMap(\.string) ?? []
        if flags.contains("retained") { continue }
        try takeFrame(document, flags, content, record)
        for (i, input) in specification.inputs.enumerated()
        where !options.constants.contains(where: { $0.input == i }) {
          record.values[i] = Self.number(Self.member(input.column, of: content), input)
        }
        try takeWaveform(content, record)
        try withTexts(of: document, content, record) { try body(record) }
      }
    }

    private func takeFrame(
      _ document: JSONValue, _ flags: [String], _ content: JSONValue, _ record: FeatureRecord
    ) throws(CrossdockError) {
      let time = options.time.map { Self.member($0, of: content) ?? document[$0] } ?? document["event_time"]
      let isEventTime = options.time == nil
      if let text = time?.string, let ns = Timestamp.parse(text) {
        record.timeNs = ns
      } else if let number = time?.number, (number * Double(options.timeUnitNs)).magnitude < 9.2e18 {
        record.timeNs = Int64((number * Double(options.timeUnitNs)).rounded())
      } else if !isEventTime || specification.usesTime {
        throw lines.error("\(options.time.map { "\"\($0)\"" } ?? "event_time") is no time")
      }
      record.isTimeTrusted =
        !isEventTime || !(flags.contains("event_time_missing") || flags.contains("event_time_clamped"))
      record.sequence = document["sequence"]?.integer.flatMap { UInt64(exactly: $0) } ?? UInt64(lines.line)
    }

    /// Texts that the record borrows, alive while `body` runs.
    private func withTexts(
      of document: JSONValue, _ content: JSONValue, _ record: FeatureRecord, _ body: () throws -> Void
    ) throws {
      let time = options.time.map { Self.member($0, of: content) ?? document[$0] } ?? document["event_time"]
      let asset = options.by.map { Self.member($0, of: content) ?? document[$0] } ?? document["source"]
      let wanted = [asset, time] + options.kept.map { Self.member($0, of: content) ?? document[$0] }
      texts = wanted.map(Self.text)
      let places = texts.map { text in
        text.withUnsafeBufferPointer { bytes in
          let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
          _ = copy.initialize(from: bytes)
          return copy
        }
      }
      defer { for place in places { place.deallocate() } }
      record.asset = UnsafeBufferPointer(places[0])
      record.time = UnsafeBufferPointer(places[1])
      for i in options.kept.indices { record.kept[i] = UnsafeBufferPointer(places[2 + i]) }
      try body()
    }

    private static func text(_ value: JSONValue?) -> [UInt8] {
      switch value {
      case .string(let text): return Array(text.utf8)
      case .number(let number):
        var out: [UInt8] = []
        FeatureTable.append(number, to: &out)
        return out
      case .bool(let flag): return Array((flag ? "true" : "false").utf8)
      default: return []
      }
    }

    /// By name, or by JSON pointer (RFC 6901).
    private static func member(_ column: String, of body: JSONValue) -> JSONValue? {
      guard column.utf8.first == UInt8(ascii: "/") else { return body[column] }
      var value = body
      for step in column.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
        let key = step.replacing("~1", with: "/").replacing("~0", with: "~")
        let isArray = value.array != nil
        guard let next = isArray ? Int(key).flatMap({ place in value[place] }) : value[String(key)] else { return nil }
        value = next
      }
      return value
    }

    /// A category of the input, or what the feed's decoder makes of it.
    private static func number(_ value: JSONValue?, _ input: FeatureSpecification.Input) -> Double {
      switch value {
      case .number(let number): return number
      case .bool(let flag): return ColumnNumber.of(flag)
      case .string(let text):
        if let category = input.categories.first(where: { $0.text.utf8.elementsEqual(text.utf8) }) {
          return category.number
        }
        return Array(text.utf8).withUnsafeBufferPointer { ColumnNumber.of(text: $0) }
      default: return .nan
      }
    }

    // MARK: the waveform

    private func takeWaveform(_ content: JSONValue, _ record: FeatureRecord) throws(CrossdockError) {
      record.samples = nil
      guard let waveform = specification.waveform, let value = Self.member(waveform.column, of: content) else { return }
      var count = 0
      if let list = value.array {
        count = min(list.count, FeatureLimits.blockSamples + 1)
        // What is no number is not finite: the block is flagged.
        for i in 0..<count { samples[i] = Float(list[i].number ?? .nan) }
      } else if let text = value.string, waveform.encoding != .json {
        guard let bytes = Base64.decode(Array(text.utf8)) else {
          throw lines.error("\"\(waveform.column)\" is not base64")
        }
        let size = waveform.encoding == .f32 ? 4 : 2
        count = min(bytes.count / size, FeatureLimits.blockSamples + 1)
        bytes.withUnsafeBytes { bytes in
          for i in 0..<count {
            samples[i] =
              size == 4
              ? Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)))
              : Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self)))
          }
        }
      } else {
        return
      }
      record.samples = UnsafeBufferPointer(start: samples, count: count)
    }
  }
#endif
