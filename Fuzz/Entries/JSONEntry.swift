import Decoding
import JSONText
import Records

/// Byte 0 chooses what is asked for, the rest is the payload. The decoder is compared with the tree parser of `JSONText`: they
/// accept the same texts (the parser refuses duplicate keys, the decoder takes the last) and find the same numbers.
enum JSONEntry {
  private static let fields = ["/a", "/b/c", "/s/1", "", "/b"]

  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    let payload = Array(input.rest)
    let formats = TimeFormat.allCases
    let options = DecoderOptions(
      format: .json, time: choice & 1 == 0 ? "/t" : nil, timeFormat: formats[Int(choice >> 4) % formats.count],
      fields: choice & 2 == 0 ? fields.map { .init($0, at: $0) } : [], samples: choice & 4 == 0 ? "/s" : nil,
      dedupe: choice & 8 == 0 ? ["/id", "/b/c"] : [])
    let decoded = DecodedInput(payload, options)
    if payload.isEmpty { return 0 }
    var tree: JSONValue?
    var refusal: JSONSyntaxError?
    do { tree = try JSONValue.parse(payload) } catch { refusal = error }
    switch decoded.outcome {
    case .undecodable(let fault):
      try require(tree == nil, "the decoder says \(fault), the tree parser nothing")
      try require((0...payload.count).contains(fault.offset), "\(fault) in \(payload.count) bytes")
    case .records(let count):
      try require(count == 1 && decoded.batch.bodies.count == payload.count + DecodedInput.before, "body")
      guard let tree else {
        try require(refusal?.reason.hasPrefix("duplicate key") == true, "only the tree parser says \(refusal!)")
        return 1
      }
      try compare(decoded.batch, tree, options)
    }
    return decoded.batch.count
  }

  private static func compare(
    _ batch: RecordBatch, _ tree: JSONValue, _ options: DecoderOptions
  ) throws(FuzzFinding) {
    for (index, field) in options.fields.enumerated() {
      let column = batch.columns[index]
      var expected = Double.nan
      switch find(field.place, in: tree) {
      case .number(let number): expected = number
      case .bool(let flag): expected = flag ? 1 : 0
      // A string that is a number counts as one; which strings are, is the business of the number entry.
      case .string: expected = column
      default: break
      }
      try require(
        column.bitPattern == expected.bitPattern || (column.isNaN && expected.isNaN),
        "\(field.place) is \(column), by the tree \(expected)")
    }
    guard options.samples != nil else { return }
    let elements = find("/s", in: tree)?.array ?? []
    try require(elements.count == batch.samples.count, "\(batch.samples.count) samples of \(elements.count)")
    for (element, sample) in zip(elements, batch.samples) {
      let expected = element.number.map { Float($0) } ?? .nan
      try require(
        sample.bitPattern == expected.bitPattern || (sample.isNaN && expected.isNaN),
        "a sample is \(sample), by the tree \(expected)")
    }
  }

  private static func find(_ place: String, in tree: JSONValue) -> JSONValue? {
    place.split(separator: "/").reduce(tree) { value, token in
      if case .array = value { return Int(token).flatMap { value?[$0] } }
      return value?[String(token)]
    }
  }
}

/// One payload through a decoder, into a batch that holds a record already.
struct DecodedInput {
  /// Bytes of the bodies before.
  static let before = 1
  let outcome: DecodeOutcome
  let batch = RecordBatch()
  let keys: Int

  init(_ payload: [UInt8], _ options: DecoderOptions) {
    batch.appendBody([0x42])
    batch.finishRecord(stream: 0, source: 0, eventTimeNs: 0, ingestTimeNs: 0, monotonicNs: 0, flags: [])
    guard let decoder = try? FeedDecoder(options) else { preconditionFailure("the entry's own options are refused") }
    let clock = ClockReading(wallNs: 1_795_420_800_000_000_000, monotonicNs: 77, isSynchronised: true)
    outcome = payload.withUnsafeBytes { [batch] in
      decoder.decode(payload: $0, arrival: Arrival(clock: clock), stream: 1, source: 2, into: batch)
    }
    keys = decoder.dedupeKeys.count
    switch outcome {
    case .records(let count):
      precondition(batch.count == 1 + count, "the outcome does not say what is in the batch")
      precondition(options.dedupe.isEmpty ? keys == 0 : keys == count, "keys of other records")
      for index in 1..<batch.count { precondition(batch.eventTimesNs[index] > 0, "a time that nobody would believe") }
    case .undecodable:
      precondition(
        batch.count == 1 && batch.bodies == [0x42] && batch.columns.isEmpty && batch.samples.isEmpty && keys == 0,
        "something is left of an undecodable message")
    }
  }
}
