// What a commit says beside its records, in the column `meta` of its first row in `log`:
//
//   varint n, then n counters: varint feed row; seven varints: received, stored, quarantined, redelivered, duplicate,
//                              oversize, records (all as differences to the commit before)
//   varint n, then n windows:  varint length, connection name; varint length, entries of 10 bytes (packet id, hash)
//   varint n, then n key sets: varint feed row; varint length, hashes of 8 bytes
//   4 bytes                    CRC-32C, little-endian, of all bytes before
//
// So that a commit touches one B-tree only. When the rows of `log` are packed, this is added up into the tables `feed`, `delivery`
// and `recent_key`.
internal import CLinux
internal import Records

struct CommitMeta {
  var counters: [(feedRow: Int64, delta: FeedCounters)] = []
  var deliveries: [(connection: String, entries: [UInt8])] = []
  var recentKeys: [(feedRow: Int64, hashes: [UInt8])] = []

  static func write(_ transaction: JournalTransaction, feedRows: [Int64], to out: inout [UInt8]) {
    out.removeAll(keepingCapacity: true)
    out.appendVarint(UInt64(transaction.counters.count))
    for (feed, delta) in transaction.counters {
      out.appendVarint(UInt64(feedRows[feed]))
      out.appendVarint(delta.received)
      out.appendVarint(delta.stored)
      out.appendVarint(delta.quarantined)
      out.appendVarint(delta.redelivered)
      out.appendVarint(delta.duplicate)
      out.appendVarint(delta.oversize)
      out.appendVarint(delta.records)
    }
    out.appendVarint(UInt64(transaction.deliveries.count))
    for (connection, entries) in transaction.deliveries {
      out.appendVarint(UInt64(connection.utf8.count))
      out.append(contentsOf: connection.utf8)
      out.appendVarint(UInt64(entries.count))
      out.append(contentsOf: entries)
    }
    out.appendVarint(UInt64(transaction.recentKeys.count))
    for (feed, hashes) in transaction.recentKeys {
      out.appendVarint(UInt64(feedRows[feed]))
      out.appendVarint(UInt64(hashes.count))
      out.append(contentsOf: hashes)
    }
    let crc = out.withUnsafeBytes { crossdock_crc32c(0, $0.baseAddress, $0.count) }
    for shift in [0, 8, 16, 24] as [UInt32] { out.append(UInt8(truncatingIfNeeded: crc >> shift)) }
  }

  /// Nil when the bytes are not what was written.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 7 else { return nil }
    let body = UnsafeRawBufferPointer(rebasing: bytes.dropLast(4))
    guard
      bytes.loadUnaligned(fromByteOffset: body.count, as: UInt32.self).littleEndian
        == crossdock_crc32c(0, body.baseAddress, body.count)
    else { return nil }
    var at = 0
    guard let counters = Self.counters(body, &at), let windows = BlockPayload.varint(body, &at) else { return nil }
    self.counters = counters
    for _ in 0..<windows {
      guard let name = Self.bytes(body, &at), let entries = Self.bytes(body, &at) else { return nil }
      deliveries.append((String(decoding: name, as: UTF8.self), entries))
    }
    guard let sets = BlockPayload.varint(body, &at) else { return nil }
    for _ in 0..<sets {
      guard let feed = BlockPayload.varint(body, &at), let hashes = Self.bytes(body, &at) else { return nil }
      recentKeys.append((Int64(bitPattern: feed), hashes))
    }
  }

  private static func counters(
    _ body: UnsafeRawBufferPointer, _ at: inout Int
  ) -> [(feedRow: Int64, delta: FeedCounters)]? {
    guard let count = BlockPayload.varint(body, &at) else { return nil }
    var all: [(Int64, FeedCounters)] = []
    for _ in 0..<count {
      var delta = FeedCounters()
      guard let feed = BlockPayload.varint(body, &at), let received = BlockPayload.varint(body, &at),
        let stored = BlockPayload.varint(body, &at), let quarantined = BlockPayload.varint(body, &at),
        let redelivered = BlockPayload.varint(body, &at), let duplicate = BlockPayload.varint(body, &at),
        let oversize = BlockPayload.varint(body, &at), let records = BlockPayload.varint(body, &at)
      else { return nil }
      (delta.received, delta.stored, delta.quarantined) = (received, stored, quarantined)
      (delta.redelivered, delta.duplicate, delta.oversize) = (redelivered, duplicate, oversize)
      delta.records = records
      all.append((Int64(bitPattern: feed), delta))
    }
    return all
  }

  private static func bytes(_ body: UnsafeRawBufferPointer, _ at: inout Int) -> [UInt8]? {
    guard let count = BlockPayload.varint(body, &at), count <= UInt64(body.count - at) else { return nil }
    defer { at += Int(count) }
    return Array(body[at..<(at + Int(count))])
  }
}
