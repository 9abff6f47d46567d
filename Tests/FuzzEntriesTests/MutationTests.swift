import Foundation
import FuzzEntries
import Seeded
import Testing

/// Stored inputs of the readers of files of plugins and of trained models with random bytes changed, cut out, doubled
/// and joined: a little fuzzing in every run
/// of the tests. `SEED` repeats one.
@Suite struct MutationTests {
  @Test(arguments: [
    "bundle", "plugin-toml", "signature", "lightgbm", "xgboost", "onnx", "features", "model-bundle", "model-json",
    "model-files",
  ])
  func mutatedInputGivesNoFinding(_ name: String) throws {
    var random = SeededNumbers(for: "mutatedInputGivesNoFinding(\(name))")
    guard !FuzzEntry.absent.contains(name) else { return }
    let entry = try #require(FuzzEntry.named(name))
    let inputs = try CorpusTests.files(of: name).map { [UInt8](try Data(contentsOf: $0)) }
    for _ in 0..<2000 {
      var bytes = inputs[random.below(inputs.count)]
      for _ in 0...random.below(4) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(5) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes[place] ^= 1 << UInt8(random.below(8))
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(40)))
        case 3:
          bytes.insert(
            contentsOf: bytes[place..<min(bytes.count, place + 1 + random.below(40))], at: random.below(bytes.count))
        default:
          let other = inputs[random.below(inputs.count)]
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
