import Fixtures
import Testing

@testable import Configuration

/// A section of agent.conf that was written for a version from which the plugin has gone back by itself.
@Suite struct PluginFitTests {
  private static let present: [PluginOptionDescription] = [
    .init(key: "limit", kind: .integer, defaultValue: "50", help: ""),
    .init(key: "unit", kind: .string, defaultValue: nil, help: ""),
  ]
  private static let later: [PluginOptionDescription] = [
    .init(key: "limit", kind: .string, defaultValue: "50 C", help: ""),
    .init(key: "unit", kind: .string, defaultValue: "C", help: ""),
    .init(key: "step", kind: .integer, defaultValue: nil, help: ""),
  ]

  private func problems(
    _ options: String, later: [PluginOptionDescription]? = Self.later, misfits: [String] = [],
    laterMisfits: [String] = []
  ) -> (errors: [String], warnings: [String]) {
    let failed = FailedVersion(text: "1.1.0", present: "1.0.0", table: later, misfits: laterMisfits)
    let (_, all) = ConfigurationLoader.load(
      text: Array(PluginOptionTests.model(options).utf8), path: "agent.conf", environment: { _ in nil },
      plugins: { _, _ in .found(Self.present, misfits: misfits, failed: failed) })
    func texts(_ severity: ConfigurationProblem.Severity) -> [String] {
      all.filter { $0.severity == severity }.map(\.message)
    }
    return (texts(.error), texts(.warning))
  }

  private static let ignored =
    "option \"step\" of plugin \"routing\" is ignored: version 1.1.0 knows it, from which it has gone back to 1.0.0"

  @Test func optionThatOnlyTheFailedVersionKnowsIsLeftOut() {
    #expect(problems("unit = \"C\"\nstep = 3") == ([], [Self.ignored]))
    #expect(problems("unit = \"C\"\nstep = 3", later: nil) == ([], [Self.ignored]))
  }

  @Test func optionThatNoVersionKnowsIsAnError() {
    let found = problems("unit = \"C\"\nstep = 3\nspet = 3")
    #expect(found.errors == ["unknown option \"spet\" of plugin \"routing\""])
    #expect(found.warnings == [Self.ignored])
  }

  /// Not with a default in its place: that would be another limit than anybody has asked for.
  @Test(arguments: ["unit = \"C\"\nstep = 3\nlimit = \"80 C\"", "step = 3"])
  func valueThatOnlyTheFailedVersionTakesParksThePlugin(options: String) {
    let found = problems(options)
    #expect(found.errors == [])
    #expect(found.warnings.count == 2 && found.warnings.contains(Self.ignored))
    let parked =
      "model \"m\" is parked: version 1.0.0, to which it has gone back because 1.1.0 failed, does not fit agent.conf: line "
    #expect(found.warnings.contains { $0.hasPrefix(parked) }, "\(found.warnings)")
  }

  @Test func valueThatNoVersionTakesIsAnError() {
    #expect(problems("unit = \"C\"\nstep = 3\nlimit = true").errors.count == 1)
    #expect(problems("unit = \"C\"\nlimit = \"80 C\"").errors.count == 1, "1.1.0 lacks its step")
  }

  @Test func capabilityThatOnlyTheFailedVersionDeclaresParksThePlugin() {
    let found = problems("unit = \"C\"\nstep = 3", misfits: ["it does not declare that it reads \"s\""])
    #expect(found.errors == [] && found.warnings.count == 2)
    #expect(problems("unit = \"C\"\nstep = 3", misfits: ["no"], laterMisfits: ["no"]).errors.count == 1)
  }
}
