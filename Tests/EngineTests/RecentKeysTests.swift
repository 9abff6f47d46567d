import Seeded
import Testing

@testable import Engine

@Suite struct RecentKeysTests {
  @Test func keyIsForgottenWhenEnoughNewerOnesHaveCome() {
    let keys = RecentKeys(limit: 2)
    #expect(keys.insert(1, nowNs: 0) && keys.insert(2, nowNs: 0) && !keys.insert(1, nowNs: 0))
    #expect(keys.insert(3, nowNs: 0))
    #expect(!keys.insert(2, nowNs: 0))
    #expect(keys.insert(1, nowNs: 0))
    #expect(keys.count == 2)
  }

  @Test func windowBeginsWithTheFirstOfEqualKeys() {
    let keys = RecentKeys(limit: 10, windowNs: 100)
    #expect(keys.insert(1, nowNs: 1000))
    #expect(!keys.insert(1, nowNs: 1099))
    #expect(!keys.insert(1, nowNs: 1100))
    #expect(keys.insert(1, nowNs: 1101))
    #expect(!keys.insert(1, nowNs: 1201))
  }

  @Test func restoredKeysCountAsSeenAtTheRestart() {
    let keys = RecentKeys(limit: 3, windowNs: 100, stored: [1, 2, 3, 4], nowNs: 50)
    #expect(keys.count == 3)
    #expect(!keys.insert(4, nowNs: 150))
    #expect(keys.insert(2, nowNs: 151))
    #expect(keys.count == 1)
  }

  /// Random lives against an array: few keys that collide in the table, so that probing, wrapping and moving up all happen.
  @Test func randomLivesEqualTheModel() throws {
    let seed = SeededNumbers.seed()
    var numbers = SeededNumbers(seed)
    func random(_ bound: UInt64) -> UInt64 { numbers.next() % bound }
    for _ in 0..<200 {
      let limit = Int(random(40)) + 1
      let windowNs: Int64? = random(2) == 0 ? nil : Int64(random(60)) + 1
      let stride: UInt64 = random(2) == 0 ? 1 : 64
      let keys = RecentKeys(limit: limit, windowNs: windowNs)
      var model: [(key: UInt64, seenNs: Int64)] = []
      var nowNs: Int64 = 0
      for step in 0..<400 {
        nowNs += Int64(random(4))
        let key = random(80) * stride
        if let windowNs { model.removeAll { nowNs - $0.seenNs > windowNs } }
        let isNew = !model.contains { $0.key == key }
        if isNew {
          model.append((key, nowNs))
          if model.count > limit { model.removeFirst() }
        }
        try #require(keys.insert(key, nowNs: nowNs) == isNew, "seed \(seed), step \(step), limit \(limit)")
        try #require(keys.count == model.count)
      }
    }
  }
}
