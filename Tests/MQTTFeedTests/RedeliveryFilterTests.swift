import Testing

@testable import MQTTFeed

@Suite struct RedeliveryFilterTests {
  private func filter(_ entries: [(UInt16, UInt64)], limit: Int = 100) -> RedeliveryFilter {
    RedeliveryFilter(limit: limit, stored: entries.map { (packetID: $0.0, hash: $0.1) })
  }

  private func repeats(_ filter: inout RedeliveryFilter, _ packetID: UInt16, _ hash: UInt64) -> Bool {
    filter.isRedelivered(packetID: packetID, hash: hash)
  }

  @Test func resumedSessionRepeatsWhatIsStoredAndTheRestIsNew() {
    var filter = filter([(1, 10), (2, 20), (3, 30)])
    filter.sessionStarted(isPresent: true)
    #expect(repeats(&filter, 2, 20))
    #expect(repeats(&filter, 3, 30))
    #expect(!repeats(&filter, 4, 40))
    #expect(!filter.isOn)
    // The same bytes under the same packet id, later: a new fact.
    #expect(!repeats(&filter, 1, 10))
  }

  @Test func packetIDWithOtherContentsIsNew() {
    var filter = filter([(1, 10)])
    filter.sessionStarted(isPresent: true)
    #expect(!repeats(&filter, 1, 11))
  }

  @Test func sameMessageIsRecognisedOnlyOnceASession() {
    var filter = filter([(1, 10), (2, 20)])
    filter.sessionStarted(isPresent: true)
    #expect(repeats(&filter, 1, 10))
    #expect(!repeats(&filter, 1, 10))
  }

  @Test func newSessionForgetsEverything() {
    var filter = filter([(1, 10)])
    filter.sessionStarted(isPresent: false)
    #expect(!repeats(&filter, 1, 10))
    filter.remember(7, 70)
    filter.sessionStarted(isPresent: true)
    #expect(repeats(&filter, 7, 70))
  }

  @Test func withoutAConnectionNothingIsRecognised() {
    var filter = filter([(1, 10)])
    #expect(!repeats(&filter, 1, 10))
  }

  @Test func ringKeepsTheNewestAndTheLaterUseOfAPacketID() {
    var filter = filter([], limit: 4)
    for n in 1...6 { filter.remember(UInt16(n), UInt64(n * 10)) }
    filter.remember(5, 99)
    filter.sessionStarted(isPresent: true)
    #expect(repeats(&filter, 4, 40))
    #expect(repeats(&filter, 5, 99))
    #expect(repeats(&filter, 6, 60))
    #expect(!repeats(&filter, 1, 10))
  }

  @Test func repeatedCrashesInTheSameWindowAreRecognisedEachTime() {
    var filter = filter([(1, 10), (2, 20)])
    for _ in 0..<3 {
      filter.sessionStarted(isPresent: true)
      #expect(repeats(&filter, 1, 10))
      #expect(repeats(&filter, 2, 20))
    }
  }
}

extension RedeliveryFilterTests {
  @Test func restartAfterALostSessionDoesNotCompareWithTheOldOne() {
    // Packet ids of the old session, then the mark, then those of the new one.
    var filter = RedeliveryFilter(
      limit: 10, stored: [(7, 70), (8, 80), (RedeliveryFilter.newSession, 0), (1, 10)])
    filter.sessionStarted(isPresent: true)
    let isOfTheNewSession = filter.isRedelivered(packetID: 1, hash: 10)
    #expect(isOfTheNewSession)
    let isOfTheOldOne = filter.isRedelivered(packetID: 7, hash: 70)
    #expect(!isOfTheOldOne)
  }
}
