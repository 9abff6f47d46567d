internal import JSONText
internal import Platform
package import Records

/// What was acknowledged at QoS 1 and must therefore be at central exactly once. NDJSON, one line a source and stream:
///
///     {"stream":"vibration","source":"a/b/c","pointer":"/n","first":1,"last":4711}
package struct Ledger: Sendable {
  package struct Entry: Sendable, Equatable {
    package var stream: String
    package var source: String
    package var last: UInt64

    package init(stream: String, source: String, last: UInt64) {
      self.stream = stream
      self.source = source
      self.last = last
    }
  }

  package var entries: [Entry]

  package init(entries: [Entry]) {
    self.entries = entries
  }

  package var messageCount: UInt64 { entries.reduce(0) { $0 + $1.last } }

  package func bytes() -> [UInt8] {
    var bytes: [UInt8] = []
    var json = JSONWriter()
    for entry in entries where entry.last > 0 {
      json.removeAll()
      json.object {
        $0.member("stream", entry.stream)
        $0.member("source", entry.source)
        $0.member("pointer", "/n")
        $0.member("first", 1)
        $0.member("last", entry.last)
      }
      bytes += json.bytes + [0x0A]
    }
    return bytes
  }

  package func write(to path: String) throws(CrossdockError) {
    try Files.replace(path, with: bytes(), mode: 0o644)
  }

  package static func read(_ path: String) throws(CrossdockError) -> Ledger {
    let text = String(decoding: try Files.read(path, limit: SimulatorLimits.maxDataFileBytes), as: UTF8.self)
    var entries: [Entry] = []
    for (i, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      guard let document = try? JSONValue.parse(Array(line.utf8)), let stream = document["stream"]?.string,
        let source = document["source"]?.string, let first = document["first"]?.integer, first == 1,
        let last = document["last"]?.integer, last >= first
      else {
        throw CrossdockError("read the ledger", at: "\(path):\(i + 1)", reason: "no ledger line", exitCode: .badInput)
      }
      entries.append(Entry(stream: stream, source: source, last: UInt64(last)))
    }
    return Ledger(entries: entries)
  }
}
