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
  /// By stream: after which sequence a reader met damage. One entry a stream of the journal.
  private let damage = Mutex<[String: UInt64]>([:])
  private let onPost: @Sendable () -> Void

  /// - Parameter onPost: wakes the writer thread.
  package init(onPost: @escaping @Sendable () -> Void = {}) {
    self.onPost = onPost
  }

  package func post(_ update: CursorUpdate) {
    pending.withLock { $0[Key(name: update.name, stream: update.stream)] = update.sequence }
    onPost()
  }

  /// A reader met damage in a stream, in what comes after a sequence: the writer looks at it and cuts it out, so that the reader can go
  /// on behind it.
  package func reportDamage(stream: String, after sequence: UInt64) {
    damage.withLock { damage in
      guard damage[stream] != nil || damage.count < JournalLimits.maxStreams else { return }
      damage[stream] = min(sequence, damage[stream] ?? .max)
    }
    onPost()
  }

  package func takeDamage() -> [(stream: String, after: UInt64)] {
    damage.withLock { damage in
      let all = damage.map { (stream: $0.key, after: $0.value) }
      damage.removeAll(keepingCapacity: true)
      return all
    }
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
