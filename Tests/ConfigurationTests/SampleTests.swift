import Fixtures
import Foundation
import Records
import Testing

@testable import Configuration

@Suite struct SampleTests {
  @Test func sampleHasNoProblem() throws {
    let path = Repository.root.appending(path: "etc/agent.conf").path(percentEncoded: false)
    let (configuration, problems) = ConfigurationLoader.load(path: path, environment: { _ in nil })
    #expect(problems == [])
    let sample = try #require(configuration)
    #expect(sample.agent.id == "dock-7")
    #expect(
      sample.feeds.map(\.filter) == [
        "+/+/+/vibration", "+/+/+/temperature", "+/scanner/+/scan", "+/handheld/+/order", "+/handheld/+/pick",
        "fleet/+/telemetry",
      ])
    #expect(sample.connections.first?.statusTopic == "crossdock/dock-7/status")
    #expect(sample.feeds.allSatisfy { $0.dedupe == ["/id"] && $0.qos == 1 })
    let trucks = sample.streams.first { $0.name == "trucks" }
    #expect(trucks?.columns == ["speed_kmh", "engine_temperature_c", "fuel_percent"])
    #expect(sample.models.last?.options.first?.value == .strings(["layouts/hall-a.json"]))
  }

  /// A key that the sample does not show is a key that nobody finds.
  @Test func sampleShowsEveryKey() throws {
    let lines = try Repository.text("etc/agent.conf").split(separator: "\n")
    // In clear they would teach the wrong thing.
    let hidden: Set = ["password", "token", "tls", "options"]
    for section in Sections.all {
      for row in section.rows where !hidden.contains(row.key) {
        let isShown = lines.contains { $0.hasPrefix("\(row.key) = ") || $0.hasPrefix("# \(row.key) = ") }
        #expect(isShown, "\(section.header) \(row.key)")
      }
    }
  }

  /// Removing the # from the commented keys of [journal], [mqtt.floor] and [[uplink]] that show defaults changes nothing.
  @Test func commentedDefaultsAreTheDefaults() throws {
    let text = try Repository.text("etc/agent.conf")
    var uncommented: [Substring] = []
    var changed = 0
    var seen: Set<Substring> = []
    var section = ""
    var isExample = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("[") { section = String(line) }
      if line.hasPrefix("# [") { isExample = true } else if !line.hasPrefix("# ") { isExample = false }
      let row = Sections.all.first { $0.header == section.replacing("floor", with: "NAME") }
        .flatMap { table in line.hasPrefix("# ") ? table.row(String(line.dropFirst(2).prefix { $0 != " " })) : nil }
      if let row, !isExample, row.defaultText != nil, seen.insert("\(section) \(row.key)").inserted {
        uncommented.append(line.dropFirst(2))
        changed += 1
      } else {
        uncommented.append(line)
      }
    }
    let plain = load(text)
    let spelledOut = load(uncommented.joined(separator: "\n"))
    #expect(spelledOut.problems == [])
    #expect(spelledOut.configuration == plain.configuration)
    #expect(changed >= 15)
  }

  @Test func commentedFeedsAreRight() throws {
    let text = try Repository.text("etc/agent.conf")
    var isExample = false
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> Substring in
      if line.hasPrefix("# [") { isExample = true }
      if !line.hasPrefix("# ") { isExample = false }
      return isExample ? line.dropFirst(2) : line
    }
    let (configuration, problems) = load(lines.joined(separator: "\n"))
    #expect(problems == [])
    #expect(configuration?.feeds.count == 9)
    let energy = configuration?.feeds.first { $0.name == "energy-meters" }
    #expect(energy?.decoder.name == "csv")
    #expect(configuration?.streams.first { $0.name == "plc" }?.bodyFormat == .bytes)
  }

  @Test func referencePageIsWhatTheTablesSay() throws {
    #expect(try Repository.text("docs/configuration.md") == ConfigurationReference.markdown())
  }
}
