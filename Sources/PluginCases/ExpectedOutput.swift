internal import JSONText
internal import Records

/// A line of expected.ndjson. What is not given is not compared.
struct ExpectedOutput: Sendable {
  private static let keys: Set = ["stream", "source", "time", "time_ns", "body", "topic"]

  var stream: String?
  var source: String?
  var timeNs: Int64?
  var body: JSONValue?
  var topic: String?

  init(
    _ document: JSONValue, _ text: ArraySlice<UInt8>, _ file: CaseFile, line: Int
  ) throws(CrossdockError) {
    guard let members = document.object else { throw file.failure("it is no JSON object", line: line) }
    for (key, _) in members where !Self.keys.contains(key) {
      throw file.failure("\"\(key)\" is not known in an output", line: line)
    }
    stream = document["stream"]?.string
    source = document["source"]?.string
    body = document["body"]
    topic = document["topic"]?.string
    if document["time"] != nil || document["time_ns"] != nil {
      guard let raw = try? RawMembers(text), let time = CaseTime.ns(raw, document, otherwise: nil) else {
        throw file.failure("\"time\" is neither an RFC 3339 time nor whole nanoseconds", line: line)
      }
      timeNs = time
    }
  }
}

/// A record that a decoder must refuse: its index among the records of the case, and why.
struct ExpectedReject: Sendable {
  var record: Int
  var reason: String?

  init(_ document: JSONValue, _ file: CaseFile, line: Int) throws(CrossdockError) {
    guard let record = document["rejected"]?.integer, record >= 0 else {
      throw file.failure("\"rejected\" is no index of a record", line: line)
    }
    self.record = record
    reason = document["reason"]?.string
  }
}

/// What a plugin has answered.
struct ActualOutput: Sendable, Equatable {
  var stream: String
  var source: String
  var timeNs: Int64
  var body: [UInt8]
  var topic: String
}

struct ActualReject: Sendable, Equatable {
  var record: Int
  var reason: String
}
