// The model of the simulated agent: it counts and folds what it reads, so that any record that it missed, saw twice or saw in
// another order changes everything that it says from then on. The expectation computes the same from what it saw handed over.
import CrossdockPlugin
import JSONText
import Records

struct Tally: Equatable {
  private(set) var count: UInt64 = 0
  private(set) var fold: UInt64 = 0

  /// What the model says of a record, nil when it has nothing to say; and whether that goes back to the device.
  mutating func add(_ body: UnsafeRawBufferPointer) -> (text: [UInt8], isReply: Bool)? {
    count += 1
    fold = ByteHash.hash(body, seed: fold)
    guard count % 2 == 0 else { return nil }
    var json = JSONWriter(reserving: 64)
    json.object {
      $0.member("count", count)
      $0.member("fold", fold)
    }
    return (json.bytes, count % 8 == 0)
  }

  var bytes: [UInt8] {
    withUnsafeBytes(of: (count.littleEndian, fold.littleEndian)) { Array($0) }
  }

  init() {}

  init?(_ bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    (count, fold) = bytes.withUnsafeBytes {
      (
        UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)),
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }
}

final class TallyModel: Model {
  static let manifest = PluginManifest(name: "tally", version: "1", summary: "Counts and folds.", options: [])
  static let stream = "decisions"

  private var tally = Tally()

  init(_ context: PluginContext) throws {}

  func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    for record in batch {
      guard let said = tally.add(record.body) else { continue }
      try output.emit(
        stream: Self.stream, source: record.source, eventTimeNs: record.eventTimeNs, body: said.text,
        replyTopic: said.isReply ? "floor/\(record.source)/reply" : "")
    }
  }

  func checkpoint() -> [UInt8] { tally.bytes }

  func restore(_ checkpoint: [UInt8]) throws {
    guard let tally = Tally(checkpoint) else { throw PluginError("not a tally") }
    self.tally = tally
  }
}
