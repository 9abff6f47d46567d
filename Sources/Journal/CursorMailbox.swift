internal import Synchronization

/// A reader's wish to move its durable position.
package struct CursorUpdate: Sendable, Hashable {
  package var name: String
  package var stream: String
  package var sequence: UInt64

  package init(name: String, stream: String, sequence: UInt64) {
    self.name = name
    self.stream = stream
    self.sequence = sequence
  }
}

/// Cursor moves on their way to the writer thread, which commits them. Only the newest of a cursor is kept, so the
/// mailbox holds at most one entry a reader and stream.
package final class CursorMailbox: Sendable {
  private struct Key: Hashable {
    var name: String
    var stream: String
  }
  private let pending = Mutex<[Key: UInt64]>([:])
  private let onPost: @Sendable () -> Void

  /// - Parameter onPost: wakes the writer thread.
  package init(onPost: @escaping @Sendable () -> Void = {}) {
    self.onPost = onPost
  }

  package func post(_ update: CursorUpdate) {
    pending.withLock { $0[Key(name: update.name, stream: update.stream)] = update.sequence }
    onPost()
  }

  /// Wakes the writer thread for something that another mailbox holds.
  package func wakeOwner() {
    onPost()
  }

  package func takeAll() -> [CursorUpdate] {
    pending.withLock { pending in
      let all = pending.map { CursorUpdate(name: $0.key.name, stream: $0.key.stream, sequence: $0.value) }
      pending.removeAll(keepingCapacity: true)
      return all
    }
  }
}
