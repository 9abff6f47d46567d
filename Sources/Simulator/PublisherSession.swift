internal import Platform
internal import Synchronization

/// What the network thread and the devices' thread share.
final class PublisherSession: Sendable {
  private struct State {
    var isConnected = false
    var connects = 0
    var unacknowledged = 0
    /// By packet id; series -1: not in use.
    var pending = [Pending](repeating: Pending(series: -1, number: 0), count: 65_536)
    /// Packet ids whose PUBACK overtook the return of the call that published them.
    var early: Set<Int> = []
    var acknowledgements = Acknowledgements()
    var replies: [Publisher.Reply] = []
    var isSomeoneWaiting = false
  }

  private struct Pending {
    var series: Int
    var number: UInt64
  }

  let replyTopics: [String]
  let wake = WakeDescriptor()
  private let state = Mutex(State())

  init(replyTopics: [String]) {
    self.replyTopics = replyTopics
  }

  var isConnected: Bool { state.withLock { $0.isConnected } }
  var connects: Int { state.withLock { $0.connects } }
  var unacknowledged: Int { state.withLock { $0.unacknowledged } }

  var hasRoom: Bool {
    state.withLock { state in
      let hasRoom = state.isConnected && state.unacknowledged < SimulatorLimits.maxUnacknowledged
      if !hasRoom { state.isSomeoneWaiting = true }
      return hasRoom
    }
  }

  func noteConnection(_ isConnected: Bool) {
    state.withLock {
      $0.isConnected = isConnected
      if isConnected { $0.connects += 1 }
    }
    wake.wake()
  }

  func notePublished(packetID: Int32, series: Int, number: UInt64) {
    state.withLock { state in
      if state.early.remove(Int(packetID)) != nil {
        state.acknowledgements.note(series: series, number: number)
        return
      }
      state.pending[Int(packetID)] = Pending(series: series, number: number)
      state.unacknowledged += 1
    }
  }

  func noteAcknowledged(packetID: Int32) {
    let isAwaited = state.withLock { state in
      let pending = state.pending[Int(packetID)]
      guard pending.series >= 0 else {
        state.early.insert(Int(packetID))
        return false
      }
      state.pending[Int(packetID)].series = -1
      state.unacknowledged -= 1
      state.acknowledgements.note(series: pending.series, number: pending.number)
      // Not for each one: half of the room must be free, or all of it.
      let isAwaited =
        state.isSomeoneWaiting && state.unacknowledged <= SimulatorLimits.maxUnacknowledged / 2
        || state.unacknowledged == 0
      if isAwaited { state.isSomeoneWaiting = false }
      return isAwaited
    }
    if isAwaited { wake.wake() }
  }

  func noteReply(_ reply: Publisher.Reply) {
    state.withLock {
      if $0.replies.count >= SimulatorLimits.maxReplies { $0.replies.removeFirst() }
      $0.replies.append(reply)
    }
    wake.wake()
  }

  func takeReplies() -> [Publisher.Reply] {
    state.withLock { state in
      defer { state.replies.removeAll() }
      return state.replies
    }
  }

  func acknowledged(series: Int) -> UInt64 { state.withLock { $0.acknowledgements.through(series: series) } }
}
