// Replies on their way to devices: durable with their record, published after the commit, forgotten when the broker has
// acknowledged them. After a restart, those that were not acknowledged are published again (at least once).
internal import Journal
internal import MQTTFeed
internal import Records

final class ReplyOutbox {
  private struct Key: Hashable {
    var connection: Int
    var packetID: Int32
  }

  private let journal: Journal
  private let names: [String]
  /// By connection: replies up to this number were handed to the client.
  private var handedOver: [Int64]
  private var underWay: [Key: Int64] = [:]
  /// Whether the table may hold something that was not handed over.
  private var isBehind = true

  init(journal: Journal, connectionNames: [String]) {
    self.journal = journal
    names = connectionNames
    handedOver = Array(repeating: 0, count: connectionNames.count)
  }

  func repliesWereCommitted() {
    isBehind = true
  }

  func connected() {
    isBehind = true
  }

  /// The connection's client has lost what it was given: it is handed over again.
  func forgotten(connection: Int) {
    underWay = underWay.filter { $0.key.connection != connection }
    handedOver[connection] = 0
    isBehind = true
  }

  /// Hands over what waits for connections that are up. Returns the numbers of replies that nobody waits for any more.
  func publish(on connections: [any FeedConnection]) throws(CrossdockError) -> [Int64] {
    guard isBehind else { return [] }
    var givenUp: [Int64] = []
    var isBlocked = Array(repeating: false, count: names.count)
    var after = handedOver.min() ?? 0
    while underWay.count < JournalLimits.maxPendingReplies {
      let pending = try journal.pendingReplies(after: after, limit: 100)
      guard let last = pending.last else { break }
      for reply in pending {
        guard let number = names.firstIndex(of: reply.connection), !reply.body.isEmpty else {
          // Its connection left the configuration, or its record was evicted.
          givenUp.append(reply.id)
          continue
        }
        guard reply.id > handedOver[number], !isBlocked[number] else { continue }
        guard let packetID = connections[number].publish(topic: reply.topic, payload: reply.body, isRetained: false)
        else {
          isBlocked[number] = true
          continue
        }
        guard packetID >= 0 else {
          // No broker takes it, now or later: it stays in its stream.
          givenUp.append(reply.id)
          handedOver[number] = reply.id
          continue
        }
        underWay[Key(connection: number, packetID: packetID)] = reply.id
        handedOver[number] = reply.id
      }
      after = last.id
    }
    isBehind = isBlocked.contains(true) || underWay.count >= JournalLimits.maxPendingReplies
    return givenUp
  }

  /// The broker has it. Returns the number of the reply that can be forgotten.
  func published(connection: Int, packetID: Int32) -> Int64? {
    underWay.removeValue(forKey: Key(connection: connection, packetID: packetID))
  }
}
