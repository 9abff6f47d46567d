/// What a plugin emitted while it worked on one batch: copied at once, in one arena.
package struct EmittedRecords: Sendable {
  package struct Record: Sendable {
    /// Index into the model's `writes`.
    package var write: Int
    package var eventTimeNs: Int64
    fileprivate var source: Range<Int>
    fileprivate var body: Range<Int>
    fileprivate var replyTopic: Range<Int>

    package var hasReply: Bool { !replyTopic.isEmpty }
  }

  package static let maxRecords = 10_000
  package static let maxBytes = 8 << 20

  package private(set) var records: [Record] = []
  private var arena: [UInt8] = []
  package var bytes: Int { arena.count }

  package init() {}

  package mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
  }

  /// False when a bound is reached.
  mutating func append(
    write: Int, eventTimeNs: Int64, source: UnsafeBufferPointer<UInt8>, body: UnsafeBufferPointer<UInt8>,
    replyTopic: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard records.count < Self.maxRecords, arena.count + source.count + body.count + replyTopic.count <= Self.maxBytes
    else { return false }
    records.append(
      Record(
        write: write, eventTimeNs: eventTimeNs, source: keep(source), body: keep(body), replyTopic: keep(replyTopic)))
    return true
  }

  /// The same for what no plugin has emitted, for the first stream.
  package mutating func append(eventTimeNs: Int64, source: String, body: String) -> Bool {
    var (source, body) = (source, body)
    return source.withUTF8 { source in
      body.withUTF8 { body in
        append(
          write: 0, eventTimeNs: eventTimeNs, source: source, body: body,
          replyTopic: UnsafeBufferPointer(start: nil, count: 0))
      }
    }
  }

  private mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    let start = arena.count
    arena.append(contentsOf: bytes)
    return start..<arena.count
  }

  package func withSource<Result>(of record: Record, _ read: (UnsafeRawBufferPointer) -> Result) -> Result {
    arena.withUnsafeBytes { read(UnsafeRawBufferPointer(rebasing: $0[record.source])) }
  }
  package func withBody<Result>(of record: Record, _ read: (UnsafeRawBufferPointer) -> Result) -> Result {
    arena.withUnsafeBytes { read(UnsafeRawBufferPointer(rebasing: $0[record.body])) }
  }
  package func replyTopic(of record: Record) -> String {
    String(decoding: arena[record.replyTopic], as: UTF8.self)
  }
}
