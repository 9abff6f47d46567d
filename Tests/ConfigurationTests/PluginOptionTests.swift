import Fixtures
import Testing

@testable import Configuration

@Suite struct PluginOptionTests {
  static let table: [PluginOptionDescription] = [
    .init(key: "layouts", kind: .files, defaultValue: nil, help: "The halls."),
    .init(key: "speed_m_s", kind: .number, defaultValue: "1.4", help: "Walking speed."),
    .init(key: "names", kind: .string, defaultValue: "", help: "A text."),
    .init(key: "window", kind: .integer, defaultValue: "100", help: "A count."),
    .init(key: "strict", kind: .boolean, defaultValue: "true", help: "A switch."),
    .init(key: "rules", kind: .file, defaultValue: "", help: "A file."),
  ]

  static func model(_ options: String) -> String {
    minimal(
      rest: "[[model]]\nname = \"m\"\nplugin = \"routing\"\nreads = [\"s\"]\n[model.options]\n\(options)")
  }

  @Test func optionsAreTypedFilledInAndTheirFilesRead() throws {
    let folder = try TemporaryFolder()
    try folder.write("{}", to: "a.json")
    let (configuration, problems) = load(
      Self.model("layouts = [\"a.json\"]\nspeed_m_s = 2"), path: "\(folder.path)/agent.conf",
      plugins: ["routing": Self.table])
    #expect(problems == [])
    let model = try #require(configuration?.models.first)
    let resolved = resolveOptions(model, against: Self.table)
    #expect(resolved.problems == [])
    #expect(
      resolved.options == [
        .init(key: "layouts", value: .files([.init(path: "a.json", contents: Array("{}".utf8))])),
        .init(key: "speed_m_s", value: .number(2)), .init(key: "names", value: .string("")),
        .init(key: "window", value: .integer(100)), .init(key: "strict", value: .boolean(true)),
        .init(key: "rules", value: .files([])),
      ])
  }

  @Test func everyWrongOptionIsReportedAtItsPlace() {
    let text = Self.model("layuts = [\"a\"]\nlayouts = [\"none.json\"]\nspeed_m_s = \"fast\"\nwindow = [1]\nstrict = 1")
    #expect(
      load(text, plugins: ["routing": Self.table]).problems == [
        "agent.conf:21:1: error: unknown option \"layuts\" of plugin \"routing\"; did you mean \"layouts\"?",
        """
        agent.conf:22:12: error: cannot read "none.json": no such file or directory; paths are relative to agent.conf
        """,
        "agent.conf:23:13: error: option \"speed_m_s\" must be a number, found a string; Walking speed.",
        """
        agent.conf:24:10: error: option "window" must be an integer, found an array with an integer in it; A count.
        """,
        "agent.conf:25:10: error: option \"strict\" must be true or false, found an integer; A switch.",
      ])
  }

  @Test func wrongElementIsReportedWhereItStands() {
    #expect(
      load(Self.model("layouts = [\"none.json\", 5]"), plugins: ["routing": Self.table]).problems.map {
        String($0.prefix(36))
      } == ["agent.conf:21:25: error: option \"lay"])
    #expect(
      load(Self.model("layouts = [\"agent.conf\", \"none.json\"]"), plugins: ["routing": Self.table]).problems.filter {
        $0.contains("\"none.json\"")
      }.map { String($0.prefix(24)) } == ["agent.conf:21:26: error:"])
  }

  @Test func pluginIsCalledOneAndShortNamesHaveTheirProposal() {
    let text = Self.model("layuts = []\nstric = true\nwindo = 1")
      .replacing("[[model]]", with: "[[plugin]]").replacing("[model.options]", with: "[plugin.options]")
    let problems = load(text, plugins: ["routing": Self.table]).problems
    #expect(problems.contains { $0.hasSuffix("in plugin \"m\"; write it below [plugin.options]") }, "\(problems)")
    let short: [PluginOptionDescription] = [
      .init(key: "s", kind: .string, defaultValue: "", help: ""),
      .init(key: "memory_mb", kind: .integer, defaultValue: "1", help: ""),
    ]
    #expect(
      load(Self.model("ss = \"a\"\nmemory = 1\nx = 1"), plugins: ["routing": short]).problems == [
        "agent.conf:21:1: error: unknown option \"ss\" of plugin \"routing\"; did you mean \"s\"?",
        "agent.conf:22:1: error: unknown option \"memory\" of plugin \"routing\"; did you mean \"memory_mb\"?",
        "agent.conf:23:1: error: unknown option \"x\" of plugin \"routing\"",
      ])
  }

  @Test func missingOptionAndUnknownPluginAreReported() {
    #expect(
      load(Self.model(""), plugins: ["routing": Self.table]).problems == [
        """
        agent.conf:16:1: error: missing option "layouts" of plugin "routing" in model "m"; write it below [model.options]
        """
      ])
    #expect(
      load(Self.model(""), plugins: ["routng": Self.table]).problems == [
        "agent.conf:16:1: error: model \"m\": there is no plugin \"routing\"; did you mean \"routng\"?"
      ])
    #expect(load(Self.model(""), plugins: nil).problems == [])
  }
}
