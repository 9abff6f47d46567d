import Fixtures
import Foundation
import PluginRuntime
import Testing

/// The shared object as it is shipped: the Swift runtime inside, in the confined host.
@Suite(.enabled(if: ExampleFolder.present.contains("ColdChainWatch"))) struct ColdChainWatchTests {
  private static let rows: [ExampleSession.Row] = (0..<600).map { i in
    let time = 1_700_000_000_000_000_000 + Int64(i) * 20_000_000_000
    let celsius = 5 + 4 * sin(Double(i) / 60) + Double(i % 3)
    return ExampleSession.Row(stream: "reefers", source: "trailer-\(i % 3)", timeNs: time, columns: [celsius])
  }

  private func open(_ folder: ExampleFolder) throws -> ExampleSession {
    try ExampleSession(
      try folder.launch(), options: ["excursion_s": .number(300)],
      streams: [("reefers", ["temperature_c"])], writes: ["alerts", "summaries"])
  }

  @Test func processKilledAnywhereGoesOnFromItsCheckpoint() throws {
    let folder = try ExampleFolder("ColdChainWatch")
    let whole = try open(folder)
    #expect(try whole.process(Self.rows) == .ok)
    let expected = whole.outputs.map(\.body)
    #expect(expected.count { $0.contains(#""state":"opened""#) } >= 4)
    for cut in [1, 137, 300, 599] {
      let first = try open(folder)
      #expect(try first.process(Array(Self.rows[..<cut])) == .ok)
      let before = first.outputs.map(\.body)
      let checkpoint = try #require(try first.session.checkpoint())
      first.session.process.kill()
      let second = try open(folder)
      // The numbers of the records go on, the process knows none of those before.
      second.skip(stream: 0, count: UInt64(cut))
      #expect(try second.session.restore(checkpoint) == .ok)
      #expect(try second.process(Array(Self.rows[cut...])) == .ok)
      #expect(before + second.outputs.map(\.body) == expected)
      second.session.close()
    }
    whole.session.close()
  }

  @Test func nothingIsLinkedThatABoxMayLack() throws {
    let folder = try ExampleFolder("ColdChainWatch")
    let needed = try run("/usr/bin/ldd", ["\(folder.path)/cold-chain-watch.so"])
    #expect(needed.code == 0 && !needed.output.contains("swift") && !needed.output.contains("Foundation"))
  }
}
