/// What a seed makes of a life before it begins: the sizes, the habits of broker and devices, and how bad the luck is.
struct LifePlan {
  let maxBytes: Int
  let commitMaxMessages: Int
  let commitLingerMs: Int
  let receiveMaximum: Int
  let packetIDs: SimulatedBroker.PacketIDs
  let lastPacketID: UInt16
  let padding: ClosedRange<Int>
  /// Devices publish the same fact twice, now and then.
  let repeats: Bool
  /// Messages that devices publish in a step, at most.
  let burst: Int
  let clockStart: SimulatedClock.Start
  let monotonicNs: Int64
  /// One step in so many has a mishap.
  let mishapEvery: Int
  let steps: Int

  /// - Parameter steps: about how many turns of the engine.
  init(_ chance: inout SimulatedChance, steps: Int) {
    maxBytes = chance.pick([1, 1, 1, 2, 4]) << 20
    commitMaxMessages = chance.pick([3, 20, 100, 1000])
    commitLingerMs = chance.pick([0, 5, 50, 200])
    receiveMaximum = chance.pick([1, 5, 20, 20, 100, 400])
    padding = chance.pick([0...40, 50...150, 100...1500])
    // A window of one lets one message through in a turn: what it cannot carry would only pile up.
    burst = min(chance.pick([2, 10, 40]), receiveMaximum * 2)
    clockStart = chance.pick([.epoch, .disciplined, .undisciplined])
    monotonicNs = Int64(chance.within(1...100_000)) * 1_000_000_000
    mishapEvery = chance.pick([3, 8, 20])
    // A broker that uses the lowest free identifier gives the same one to equal messages close together: that is the case in
    // which decision 0010 cannot tell a new message from one sent again, so devices do not repeat themselves there.
    packetIDs = chance.oneIn(4) ? .lowest : .ascending
    lastPacketID = chance.oneIn(3) ? 65_000 + UInt16(chance.below(535)) : 0
    repeats = packetIDs == .ascending
    self.steps = steps / 2 + chance.below(steps)
  }
}
