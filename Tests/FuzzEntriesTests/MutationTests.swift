import Foundation
import FuzzEntries
import Testing

/// Stored inputs of the readers of files of plugins and of trained models with random bytes changed, cut out, doubled
/// and joined: a little fuzzing in every run
/// of the tests. `SEED` repeats one.
@Suite struct MutationTests {
  @Test(arguments: ["bundle", "plugin-toml", "signature", "lightgbm", "xgboost", "onnx", "features"])
  func mutatedInputGivesNoFinding(_ name: String) throws {
    let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
    print("mutatedInputGivesNoFinding(\(name)): SEED=\(seed)")
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return bound == 0 ? 0 : Int(state >> 33) % bound
    }
    guard !FuzzEntry.absent.contains(name) else { return }
    let entry = try #require(FuzzEntry.named(name))
    let inputs = try CorpusTests.files(of: name).map { [UInt8](try Data(contentsOf: $0)) }
    for _ in 0..<2000 {
      var bytes = inputs[random(inputs.count)]
      for _ in 0...random(4) where !bytes.isEmpty {
        let place = random(bytes.count)
        switch random(5) {
        case 0: bytes[place] = UInt8(random(256))
        case 1: bytes[place] ^= 1 << UInt8(random(8))
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random(40)))
        case 3:
          bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + random(40))], at: random(bytes.count))
        default:
          let other = inputs[random(inputs.count)]
          bytes = Array(bytes[..<place] + other[min(other.count, place)...])
        }
      }
      bytes = Array(bytes.prefix(entry.maxBytes))
      #expect(throws: Never.self, "\(Data(bytes).base64EncodedString())") {
        try bytes.withUnsafeBytes { _ = try entry.run($0) }
      }
    }
  }
}
