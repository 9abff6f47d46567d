import Fixtures
import Foundation
import Seeded
import Testing

/// Seeded damage to the sample: the loader always answers with a configuration or with errors, and never traps.
@Suite struct FuzzTests {
  @Test func damagedSampleGivesAConfigurationOrErrors() throws {
    let seed = SeededNumbers.seed()
    let rounds = ProcessInfo.processInfo.environment["FUZZ_ROUNDS"].flatMap(Int.init) ?? 300
    var random = SeededNumbers(seed)
    let sample = Array(try Repository.text("etc/agent.conf").utf8)
    // Comments make up most of the sample and are no use to a mutation.
    let lines = sample.split(separator: 10).filter { $0.first != UInt8(ascii: "#") }.map(Array.init)
    for round in 0..<rounds {
      let text = mutated(lines, &random)
      let (configuration, problems) = load(bytes: text)
      let hasErrors = problems.contains { $0.contains(": error: ") }
      #expect((configuration == nil) == hasErrors, "seed \(seed), round \(round)")
    }
  }

  private func mutated(_ lines: [[UInt8]], _ random: inout SeededNumbers) -> [UInt8] {
    let special = Array("\"'[]{}=#.,\\\n\r\t\0$/+-_0123456789eE~\u{e9}".utf8) + [0xFF, 0xC0, 0x80]
    var lines = lines
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let at = Int.random(in: 0..<lines.count, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: lines.remove(at: at)
      case 1: lines.insert(lines[Int.random(in: 0..<lines.count, using: &random)], at: at)
      case 2: lines[at] = Array(lines[at].prefix(Int.random(in: 0...lines[at].count, using: &random)))
      case 3: lines.swapAt(at, Int.random(in: 0..<lines.count, using: &random))
      case 4: lines[at].append(contentsOf: lines[Int.random(in: 0..<lines.count, using: &random)])
      default:
        let byte = special[Int.random(in: 0..<special.count, using: &random)]
        let place = Int.random(in: 0...lines[at].count, using: &random)
        if place < lines[at].count, Bool.random(using: &random) {
          lines[at][place] = byte
        } else {
          lines[at].insert(byte, at: place)
        }
      }
      if lines.isEmpty { lines = [[]] }
    }
    return Array(lines.joined(separator: [10]))
  }
}
