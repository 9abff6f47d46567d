internal import Journal
internal import Synchronization

/// Results on their way from the plugins' threads to the writer: at most one for each instance, by its name, so that their number is
/// its bound.
final class PluginMailbox: Sendable {
  private struct Slot {
    var result: PluginResult?
    /// Given with each post; a result is done when the writer has committed its ticket.
    var posted: UInt64 = 0
    var taken: UInt64 = 0
    var committed: UInt64 = 0
    /// Outputs that the writer did not take, until the thread asks.
    var refused = OutputRefusals()
  }

  /// Wakes the threads after a commit.
  let committed = CommitSignal()
  private let slots = Mutex<[String: Slot]>([:])
  private let onPost: @Sendable () -> Void

  init(onPost: @escaping @Sendable () -> Void) {
    self.onPost = onPost
  }

  /// A result that was not taken yet and has no records is replaced: the newer position says all, its checkpoints are kept.
  func post(_ result: PluginResult, from plugin: String) -> UInt64 {
    let ticket = slots.withLock { slots in
      var slot = slots[plugin] ?? Slot()
      var result = result
      if let old = slot.result {
        precondition(!old.hasRecords, "PluginMailbox: a plugin goes on before its records are durable")
        let names = Set(result.checkpoints.map(\.model))
        result.checkpoints = old.checkpoints.filter { !names.contains($0.model) } + result.checkpoints
      }
      slot.result = result
      slot.posted += 1
      slots[plugin] = slot
      return slot.posted
    }
    onPost()
    return ticket
  }

  /// Takes results for the transaction under way, as long as the owner takes them.
  func take(_ accepts: (PluginResult) -> Bool) {
    slots.withLock { slots in
      for id in slots.keys.sorted() {
        guard var slot = slots[id], let result = slot.result else { continue }
        guard accepts(result) else { return }
        slot.result = nil
        slot.taken = slot.posted
        slots[id] = slot
      }
    }
  }

  /// Outputs of what was taken were refused.
  func note(_ refusals: OutputRefusals, of plugin: String) {
    slots.withLock { $0[plugin]?.refused.add(refusals) }
  }

  func takeRefusals(of plugin: String) -> OutputRefusals {
    slots.withLock { slots in
      defer { slots[plugin]?.refused = OutputRefusals() }
      return slots[plugin]?.refused ?? OutputRefusals()
    }
  }

  /// The transaction with everything that was taken is durable.
  func didCommit() {
    let isNews = slots.withLock { slots in
      var isNews = false
      for (id, slot) in slots where slot.committed != slot.taken {
        slots[id]?.committed = slot.taken
        isNews = true
      }
      return isNews
    }
    if isNews { committed.wakeAll() }
  }

  func isCommitted(_ ticket: UInt64, from plugin: String) -> Bool {
    slots.withLock { ($0[plugin]?.committed ?? 0) >= ticket }
  }

  /// A plugin's thread has ended: what it left is not taken any more.
  func forget(_ plugin: String) {
    slots.withLock { slots in
      slots[plugin]?.result = nil
      if let slot = slots[plugin], slot.committed == slot.taken { slots[plugin] = nil }
    }
  }

  /// Whether everything that was taken of a plugin is durable. Until then (the engine may hold) the journal does not say yet how far
  /// it has come: a thread that began there would do it twice.
  func isSettled(_ plugin: String) -> Bool {
    slots.withLock { slots in slots[plugin].map { $0.committed == $0.taken } ?? true }
  }
}
