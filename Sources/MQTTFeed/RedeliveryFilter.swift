// Recognises what a broker sends again when a session is resumed.
//
// What is stored is known by (packet id, hash of topic and payload); the last `limit` of them are durable with their records.
// On a resumed session a broker first sends the unacknowledged messages again, in their order and under their packet ids
// (MQTT 3.1.1 §4.4 and §4.6): those at the front are already stored (their PUBACKs were lost), the rest is not. So the filter
// is on from the CONNACK until the first message that it does not know, and then off: a packet id that is reused later for
// an equal payload is a new fact. QoS 0 has no packet id and no redelivery.

package struct RedeliveryFilter: Sendable {
  /// Stored in place of a packet id, of which 0 is none: the broker has forgotten the session here. Without it, a restart would
  /// compare the new session's packet ids with those of the old one.
  package static let newSession: UInt16 = 0
  /// 2 bytes packet id and 8 bytes hash, little-endian: the form in which the journal keeps them.
  package static let entryBytes = 10

  private let limit: Int
  private var packetIDs: [UInt16] = []
  private var hashes: [UInt64] = []
  /// Where the next entry goes once the ring is full.
  private var head = 0
  /// What a resumed session may repeat; nil while the filter is off.
  private var expected: [UInt16: UInt64]?

  package init(limit: Int, stored: [(packetID: UInt16, hash: UInt64)] = []) {
    precondition(limit > 0, "RedeliveryFilter: no room")
    self.limit = limit
    for entry in stored.suffix(limit) {
      if entry.packetID == Self.newSession { forget() } else { remember(entry.packetID, entry.hash) }
    }
  }

  package var isOn: Bool { expected != nil }

  /// A CONNACK has come.
  package mutating func sessionStarted(isPresent: Bool) {
    guard isPresent else {
      // The broker has forgotten: nothing is repeated, and packet ids begin anew.
      forget()
      return
    }
    var newest: [UInt16: UInt64] = [:]
    newest.reserveCapacity(packetIDs.count)
    // Oldest first, so that of a packet id that was used twice the later message counts.
    for offset in packetIDs.indices {
      let at = (head + offset) % packetIDs.count
      newest[packetIDs[at]] = hashes[at]
    }
    expected = newest.isEmpty ? nil : newest
  }

  /// Whether there is nothing to recognise.
  package var isEmpty: Bool { packetIDs.isEmpty }

  private mutating func forget() {
    expected = nil
    packetIDs.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
    head = 0
  }

  /// Whether a QoS 1 message is one that is stored already. The first that is not turns the filter off.
  package mutating func isRedelivered(packetID: UInt16, hash: UInt64) -> Bool {
    guard expected != nil else { return false }
    if expected?[packetID] == hash {
      expected?[packetID] = nil
      return true
    }
    expected = nil
    return false
  }

  /// A QoS 1 message is being stored.
  package mutating func remember(_ packetID: UInt16, _ hash: UInt64) {
    if packetIDs.count < limit {
      packetIDs.append(packetID)
      hashes.append(hash)
    } else {
      packetIDs[head] = packetID
      hashes[head] = hash
      head = (head + 1) % limit
    }
  }

  package static func append(_ packetID: UInt16, _ hash: UInt64, to entries: inout [UInt8]) {
    withUnsafeBytes(of: packetID.littleEndian) { entries.append(contentsOf: $0) }
    withUnsafeBytes(of: hash.littleEndian) { entries.append(contentsOf: $0) }
  }
}
