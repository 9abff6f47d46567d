import Fixtures
import Records
import Testing

@testable import Configuration

/// What a plugin itself refuses has its place in agent.conf, and everything is told in one go.
@Suite struct OptionTrialTests {
  private static let table: [PluginOptionDescription] = [
    .init(key: "bearing", kind: .string, defaultValue: "", help: "Its name."),
    .init(key: "rate_hz", kind: .number, defaultValue: "0", help: "A rate."),
    .init(key: "window", kind: .integer, defaultValue: "100", help: "A count."),
    .init(key: "rules", kind: .file, defaultValue: "", help: "A file."),
  ]

  /// Refuses as the built-in plugins do: the first thing that is wrong, and no more.
  private static let trial: PluginTrial = { options, streams, _ in
    for option in options {
      switch (option.key, option.value) {
      case ("bearing", .string(let name)) where !name.isEmpty && name != "6205":
        return "bearing = \"\(name)\": is not in the catalogue"
      case ("bearing", .string("6205")) where options.contains(.init(key: "rate_hz", value: .number(0))):
        return "rate_hz = 0: bearing needs it"
      case ("window", .integer(let count)) where count < 1: return "window = \(count): must be at least 1"
      case ("rules", .files(let files)) where files.first?.contents == []: return "file \(files[0].path):1:1: is empty"
      default: continue
      }
    }
    return streams.map(\.name) == ["s", "_quarantine", "_tombstones"] ? nil : "streams \(streams.map(\.name))"
  }

  private func problems(_ options: String, path: String = "agent.conf") -> [String] {
    let (_, problems) = ConfigurationLoader.load(
      text: Array(PluginOptionTests.model(options).utf8), path: path, environment: { _ in nil },
      plugins: { _, _ in .found(Self.table, misfits: [], trial: Self.trial) })
    return problems.map(\.description)
  }

  @Test func optionsThatThePluginTakesAreNoProblem() {
    #expect(problems("bearing = \"6205\"\nrate_hz = 12000") == [])
    #expect(problems("") == [])
  }

  @Test func everyRefusedOptionIsReportedAtItsPlace() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "rules.txt")
    #expect(
      problems("bearing = \"9999\"\nwindow = 0\nrules = \"rules.txt\"", path: "\(folder.path)/agent.conf") == [
        "\(folder.path)/agent.conf:21:11: error: model \"m\": bearing = \"9999\": is not in the catalogue",
        "\(folder.path)/agent.conf:22:10: error: model \"m\": window = 0: must be at least 1",
        "\(folder.path)/agent.conf:23:9: error: model \"m\": file rules.txt:1:1: is empty",
      ])
  }

  @Test func whatAnotherOptionNeedsIsReportedAtThatOne() {
    #expect(
      problems("window = 7\nbearing = \"6205\"") == [
        "agent.conf:22:11: error: model \"m\": rate_hz = 0: bearing needs it"
      ])
  }

  /// The default that stands for a wrong value is nobody's wish: what rests on it is not reported.
  @Test func refusalsBesideWrongTypesAreReportedOnceAndWithoutConsequences() {
    #expect(
      problems("bearing = \"6205\"\nrate_hz = \"fast\"") == [
        "agent.conf:22:11: error: option \"rate_hz\" must be a number, found a string; A rate."
      ])
    #expect(
      problems("bearing = \"9999\"\nwindw = 3\nrate_hz = \"fast\"") == [
        "agent.conf:21:11: error: model \"m\": bearing = \"9999\": is not in the catalogue",
        "agent.conf:22:1: error: unknown option \"windw\" of plugin \"routing\"; did you mean \"window\"?",
        "agent.conf:23:11: error: option \"rate_hz\" must be a number, found a string; A rate.",
      ])
  }

  @Test func refusalThatNamesNoOptionIsReportedAtTheModel() {
    let text = PluginOptionTests.model("window = 3")
    let (configuration, problems) = ConfigurationLoader.load(
      text: Array(text.utf8), path: "agent.conf", environment: { _ in nil },
      plugins: { _, _ in .found(Self.table, misfits: [], trial: { _, _, _ in "writes is empty: name a stream" }) })
    #expect(configuration == nil)
    #expect(problems.map(\.description) == ["agent.conf:16:1: error: model \"m\": writes is empty: name a stream"])
  }
}
