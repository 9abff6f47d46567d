import CrossdockPlugin
import Testing

@testable import PluginCode

@Suite struct LineDecoderTests {
  private func bench(_ separator: String = ";") throws -> PluginBench {
    try PluginBench(
      LineDecoder.self, options: ["separator": .string(separator)], streams: [.init(name: "lines", columns: [])],
      writes: ["readings"])
  }

  private func give(_ bench: PluginBench, _ lines: String...) {
    for line in lines { bench.add(stream: "lines", source: "gateway", eventTimeNs: 1000, body: line) }
  }

  @Test func linesAreDecoded() throws {
    let bench = try bench()
    give(bench, "pump-1;21.5;ok", "pump-2;-3e2;too-cold")
    let emitted = try bench.run()
    #expect(emitted.map(\.source) == ["pump-1", "pump-2"])
    #expect(emitted.map(\.body) == [#"{"value":21.5,"state":"ok"}"#, #"{"value":-300.0,"state":"too-cold"}"#])
    #expect(emitted.allSatisfy { $0.eventTimeNs == 1000 })
  }

  @Test func theRestIsRejected() throws {
    let bench = try bench()
    give(bench, "", "a;1", "a;1;ok;more", ";1;ok", "a;warm;ok", "a;nan;ok", "a;1x;ok", "a;1;", #"a;1;"}"#)
    give(bench, String(repeating: "a", count: 999), "pump-1;1;ok")
    #expect(try bench.run().map(\.source) == ["pump-1"])
    #expect(bench.rejected.map(\.record) == Array(0..<10))
  }

  @Test func theSeparatorIsOneCharacter() throws {
    let bench = try bench("|")
    give(bench, "pump-1|1|ok")
    #expect(try bench.run().count == 1)
    #expect(throws: PluginError.self) { try self.bench("--") }
  }
}
