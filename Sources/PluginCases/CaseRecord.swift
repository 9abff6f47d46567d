internal import JSONText
internal import Records

/// A line of input.ndjson.
struct CaseRecord: Sendable {
  /// Of a record without a time: from here on, a second apart.
  static let firstTimeNs: Int64 = 1_767_225_600 * 1_000_000_000  // 2026-01-01
  private static let keys: Set = ["stream", "source", "time", "time_ns", "body", "body_base64", "columns", "samples"]

  let stream: String
  let source: String
  let timeNs: Int64
  let body: [UInt8]
  let samples: [Float]
  var streamIndex = 0
  var columns: [Double] = []
  /// Columns by name, before the stream's order is known.
  private(set) var named: [(name: String, value: Double)]?

  /// - Parameter isRaw: a body that is a JSON string stands for the bytes of its text, as decoders get them.
  init(_ text: ArraySlice<UInt8>, _ file: CaseFile, line: Int, number: Int, isRaw: Bool) throws(CrossdockError) {
    let raw: RawMembers
    let document: JSONValue
    do {
      raw = try RawMembers(text)
      document = try JSONValue.parse(Array(text))
    } catch {
      throw file.failure("column \(error.column): \(error.reason)", line: line)
    }
    for key in raw.keys where !Self.keys.contains(key) {
      throw file.failure("\"\(key)\" is not known in a record", line: line)
    }
    guard let stream = document["stream"]?.string, StreamDefinition.isValidName(stream) else {
      throw file.failure("\"stream\" is no name of a stream", line: line)
    }
    guard let source = document["source"]?.string else { throw file.failure("\"source\" is missing", line: line) }
    self.stream = stream
    self.source = source
    guard let time = CaseTime.ns(raw, document, otherwise: Self.firstTimeNs + Int64(number) * 1_000_000_000) else {
      throw file.failure("\"time\" is neither an RFC 3339 time nor whole nanoseconds", line: line)
    }
    timeNs = time
    if let text = document["body_base64"]?.string {
      guard let bytes = Base64.decode(text.utf8) else { throw file.failure("\"body_base64\" is no base64", line: line) }
      body = bytes
    } else if isRaw, let text = document["body"]?.string {
      body = Array(text.utf8)
    } else {
      body = Array(raw["body"] ?? [])
    }
    samples = (document["samples"]?.array ?? []).map { Float($0.number ?? .nan) }
    switch document["columns"] {
    case .array(let values)?: columns = values.map { $0.number ?? .nan }
    case .object(let members)?: named = members.map { ($0.key, $0.value.number ?? .nan) }
    default: break
    }
  }

  /// Puts columns that were given by name into the stream's order; what is missing is NaN.
  mutating func fillColumns(_ names: [String], _ file: CaseFile, line: Int) throws(CrossdockError) {
    if let named {
      for (name, _) in named where !names.contains(name) {
        throw file.failure("the stream \"\(stream)\" has no column \"\(name)\" in case.json", line: line)
      }
      columns = names.map { name in named.first { $0.name == name }?.value ?? .nan }
    } else {
      guard columns.count <= names.count else {
        throw file.failure("\(columns.count) columns, and the stream \"\(stream)\" has \(names.count)", line: line)
      }
      columns += [Double](repeating: .nan, count: names.count - columns.count)
    }
  }
}

/// `time` as RFC 3339 text or whole nanoseconds; `time_ns` as the latter.
enum CaseTime {
  static func ns(_ raw: RawMembers, _ document: JSONValue, otherwise: Int64?) -> Int64? {
    if let text = document["time"]?.string { return Timestamp.parse(text) }
    guard let digits = raw["time_ns"] ?? raw["time"] else { return otherwise }
    return Int64(String(decoding: digits, as: UTF8.self))
  }
}
