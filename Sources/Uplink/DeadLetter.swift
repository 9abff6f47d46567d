package import Journal
internal import Synchronization

/// A record that the destination refuses for good, on its way to a tombstone.
///
/// The uplink hands it over and holds the stream until `cursor` is durable; only then does it send what comes after. Whoever
/// takes it commits, in ONE transaction, a record that says what was set aside (`tombstone`, into `_tombstones`) and the
/// cursor. So a refused record neither blocks the stream nor vanishes: at every moment it is held or named. The record itself
/// stays in the agent's stream until retention takes it.
package struct DeadLetter: Sendable, Equatable {
  package var uplink: String
  package var stream: String
  package var sequence: UInt64
  /// HTTP status that refused it.
  package var status: Int
  package var reason: String

  package init(uplink: String, stream: String, sequence: UInt64, status: Int, reason: String) {
    self.uplink = uplink
    self.stream = stream
    self.sequence = sequence
    self.status = status
    self.reason = reason
  }

  /// Committed with the tombstone; the uplink waits for it.
  package var cursor: CursorUpdate {
    CursorUpdate(name: Self.cursorName(uplink: uplink), stream: stream, sequence: sequence)
  }

  /// `reason` of the tombstone `{"stream","first":sequence,"last":sequence,"count":1,"reason"}`.
  package var tombstoneReason: String {
    "set aside: uplink \(uplink) was answered \(status)\(reason.isEmpty ? "" : ": \(reason)")"
  }

  package static func cursorName(uplink: String) -> String { "uplink:\(uplink):set-aside" }
}

/// Dead letters on their way to the writer thread. At most one an uplink and stream is under way, because the uplink holds
/// the stream meanwhile: that is the bound.
package final class DeadLetterMailbox: Sendable {
  private struct Key: Hashable {
    var uplink: String
    var stream: String
  }
  private let pending = Mutex<[Key: DeadLetter]>([:])
  private let onPost: @Sendable () -> Void

  /// - Parameter onPost: wakes the writer thread.
  package init(onPost: @escaping @Sendable () -> Void = {}) {
    self.onPost = onPost
  }

  package func post(_ letter: DeadLetter) {
    pending.withLock { $0[Key(uplink: letter.uplink, stream: letter.stream)] = letter }
    onPost()
  }

  package func takeAll() -> [DeadLetter] {
    pending.withLock { pending in
      let all = Array(pending.values)
      pending.removeAll(keepingCapacity: true)
      return all
    }
  }
}
