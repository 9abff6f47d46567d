// Compares the journal, as any reader sees it, with the expectation: what is new after each commit, everything after each start.
//
// Checked of every stream: it ends where it must; sequences are contiguous from the first that is kept; each record is the one
// that was handed over, with its times, boot and flags; everything before the first is named by tombstones, exactly once.
import JSONText
import Journal
import Records

final class JournalCheck {
  private var reader: JournalReader?
  /// By stream: the sequence up to which it was compared since the start.
  private var compared: [UInt64] = []
  private var tombstonesRead: UInt64 = 0
  private var knowsAllTombstones = true
  /// By stream's name: the sequence up to which tombstones name what is gone.
  private var named: [String: UInt64] = [:]
  /// By feed's name.
  private var oversize: [String: UInt64] = [:]
  /// What the journal calls each boot.
  private var boots: [Int: UInt32] = [:]
  private(set) var evicted: UInt64 = 0
  private(set) var epoch: Epoch?

  func open(_ path: String) throws(Violation) {
    reader = try attempt { () throws(CrossdockError) in try JournalReader(path: path) }
    epoch = reader?.epoch
    compared = Array(repeating: 0, count: ExpectedJournal.streams.count)
    tombstonesRead = 0
    knowsAllTombstones = true
    named.removeAll()
    oversize.removeAll()
  }

  func close() {
    reader = nil
  }

  var isOpen: Bool { reader != nil }

  func withReader<Result>(
    _ body: (JournalReader) throws(CrossdockError) -> Result
  ) throws(Violation) -> Result? {
    guard let reader else { return nil }
    return try attempt { () throws(CrossdockError) in try body(reader) }
  }

  /// Sequences of a stream that are gone are named up to here.
  func namedThrough(_ stream: String) -> UInt64 { named[stream] ?? 0 }

  func run(_ expected: ExpectedJournal) throws(Violation) {
    guard let reader else { return }
    let found = try attempt { () throws(CrossdockError) in try reader.streams() }
    let states = Dictionary(uniqueKeysWithValues: found.map { ($0.definition.name, $0) })
    guard let tombstones = states[StreamDefinition.tombstones.name] else {
      throw Violation("the journal has no stream of tombstones")
    }
    try readTombstones(reader, tombstones)
    evicted = 0
    for (number, name) in ExpectedJournal.streams.enumerated() {
      guard let state = states[name] else { throw Violation("the journal has no stream \(name)") }
      guard state.last == UInt64(expected.records[number].count) else {
        throw Violation("\(name) ends at \(state.last), not at \(expected.records[number].count)")
      }
      evicted += state.first - 1
      if knowsAllTombstones, namedThrough(name) != state.first - 1 {
        throw Violation("\(name) begins at \(state.first), tombstones name what is gone up to \(namedThrough(name))")
      }
      try compare(reader, state, number, expected.records[number])
    }
    guard knowsAllTombstones else { return }
    for (feed, name) in SimulatedAgent.feedStreams.enumerated() {
      let count = expected.state.counters[feed].oversize
      guard oversize[name, default: 0] == count else {
        throw Violation("\(count) oversize messages of \(name), tombstones name \(oversize[name, default: 0])")
      }
    }
  }

  private func compare(
    _ reader: JournalReader, _ state: StreamState, _ number: Int, _ expected: [ExpectedRecord]
  ) throws(Violation) {
    let name = state.definition.name
    var last = max(compared[number], state.first - 1)
    while last < state.last {
      let after = last
      let records = try attempt { () throws(CrossdockError) in
        try reader.read(stream: name, after: after, maxRecords: 500, maxBytes: 1 << 20)
      }
      if records.isEmpty { throw Violation("\(name) has nothing after \(last), its last is \(state.last)") }
      for record in records {
        guard record.sequence == last + 1 else {
          throw Violation("\(name): after sequence \(last) comes \(record.sequence)")
        }
        last = record.sequence
        if let difference = difference(record, expected[Int(last) - 1]) {
          throw Violation("\(name) \(last): \(difference)")
        }
      }
    }
    compared[number] = last
  }

  private func difference(_ record: StoredRecord, _ expected: ExpectedRecord) -> String? {
    if let payload = expected.payload {
      let json = try? JSONValue.parse(record.body)
      let encoded = json?["payload_base64"]?.string
      if encoded.map({ Array($0.utf8) }) != Base64.encode(payload) { return "quarantine keeps another payload" }
    } else if record.body.withUnsafeBytes({ ByteHash.hash($0) }) != expected.body {
      return "another body than the message's"
    }
    if record.source != expected.source { return "source \(record.source), not \(expected.source)" }
    if record.ingestTimeNs != expected.clock.wallNs || record.eventTimeNs != expected.eventTimeNs {
      return """
        wall time \(record.ingestTimeNs), event time \(record.eventTimeNs), not \(expected.clock.wallNs) and \
        \(expected.eventTimeNs)
        """
    }
    if record.monotonicNs != expected.clock.monotonicNs {
      return "monotonic time \(record.monotonicNs), not \(expected.clock.monotonicNs)"
    }
    if record.flags.contains(.clockUnsynchronised) == expected.clock.isSynchronised { return "the clock's quality" }
    if record.flags.contains(.retained) != expected.isRetained { return "the retained flag" }
    if record.flags.contains(.derived) != expected.isDerived { return "the derived flag" }
    let known = boots[expected.boot] ?? record.boot
    if known != record.boot { return "boot \(record.boot), not \(known)" }
    if boots[expected.boot] == nil {
      if boots.values.contains(record.boot) { return "boot \(record.boot), which was another one" }
      boots[expected.boot] = record.boot
    }
    return nil
  }

  private func readTombstones(_ reader: JournalReader, _ state: StreamState) throws(Violation) {
    if state.first > tombstonesRead + 1 {
      knowsAllTombstones = false
      tombstonesRead = state.first - 1
    }
    while tombstonesRead < state.last {
      let after = tombstonesRead
      let records = try attempt { () throws(CrossdockError) in
        try reader.read(stream: state.definition.name, after: after, maxRecords: 500, maxBytes: 1 << 20)
      }
      if records.isEmpty { throw Violation("no tombstone after \(after), the last is \(state.last)") }
      for record in records {
        guard record.sequence == tombstonesRead + 1 else {
          throw Violation("after tombstone \(tombstonesRead) comes \(record.sequence)")
        }
        tombstonesRead = record.sequence
        try take(record)
      }
    }
  }

  private func take(_ record: StoredRecord) throws(Violation) {
    guard let json = try? JSONValue.parse(record.body), let stream = json["stream"]?.string,
      let first = json["first"]?.integer, let last = json["last"]?.integer, let count = json["count"]?.integer
    else { throw Violation("tombstone \(record.sequence) cannot be read") }
    if stream.hasPrefix("feed:") {
      oversize[String(stream.dropFirst(5)), default: 0] += UInt64(count)
      return
    }
    guard knowsAllTombstones else { return }
    guard UInt64(first) == namedThrough(stream) + 1, last >= first, count == last - first + 1 as Int else {
      throw Violation(
        "tombstone \(record.sequence) names \(count) records \(first) to \(last) of \(stream) after \(namedThrough(stream))"
      )
    }
    named[stream] = UInt64(last)
  }

  private func attempt<Result>(_ body: () throws(CrossdockError) -> Result) throws(Violation) -> Result {
    do throws(CrossdockError) { return try body() } catch { throw Violation("\(error)") }
  }
}
