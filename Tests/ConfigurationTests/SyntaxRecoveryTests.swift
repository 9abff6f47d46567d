import Testing

@Suite struct SyntaxRecoveryTests {
  /// A damaged value is one problem: its key does not count as missing, and what follows is still checked.
  @Test(arguments: [
    ("host = \"127.0.0.1", 5), ("host = ", 5), ("host \"x\"", 5), ("host = 127.0.0.1", 5), ("host = \"a\" \"b\"", 5),
    ("host = [\"x\",\n\"y\"", 5), ("host = \"\\q\"", 5), ("host = {", 5), ("host = '''\nabc", 5), ("host = \"\"\"", 5),
  ])
  func damagedValueIsOneProblemOnItsLine(connection: String, line: Int) {
    let (configuration, problems) = load(minimal(connection: connection))
    #expect(configuration == nil)
    #expect(problems.count == 1 && problems[0].hasPrefix("agent.conf:\(line):"), "\(problems)")
  }

  @Test func mendedHeaderKeepsItsKeys() {
    let text = minimal(rest: "[[uplink]\nname = \"u\"\nurl = \"http://127.0.0.1\"\nintervall_ms = 1")
    #expect(
      load(text).problems == [
        "agent.conf:16:10: error: syntax error: expected ']', saw the end of the line (in a table header)",
        "agent.conf:19:1: error: unknown key \"intervall_ms\" in [[uplink]]; did you mean \"interval_ms\"?",
      ])
  }

  @Test func secondDefinitionIsReportedAndTheFirstCounts() {
    let text = minimal(feed: "qos = 0\nqos = 7")
    #expect(
      load(text).problems == [
        "agent.conf:16:1: error: syntax error: cannot redefine existing integer 'qos' (in a key-value pair)"
      ])
  }

  @Test func secondTableIsReportedAndItsKeysAreLeftAlone() {
    let text = minimal(rest: "[agent]\nid = \"b\"\nnonsense = 1")
    #expect(
      load(text).problems == [
        "agent.conf:16:1: error: syntax error: cannot redefine existing table 'agent' (in a table header)"
      ])
  }

  @Test func completeArrayOverSeveralLinesIsNotBlamed() {
    let text = minimal(feed: "dedupe = [\n  \"/a\",\n  \"/b\",\n]\nqos = one")
    let problems = load(text).problems
    #expect(problems.count == 1 && problems[0].hasPrefix("agent.conf:19:"), "\(problems)")
  }

  @Test func invalidUTF8IsReported() {
    var bytes = Array(minimal().utf8)
    bytes.insert(0xFF, at: 10)
    let (configuration, problems) = load(bytes: bytes)
    #expect(configuration == nil)
    #expect(problems.first?.contains("utf-8") == true, "\(problems)")
  }

  @Test func deepNestingIsRefusedAndNotFollowed() {
    let dots = load("a" + String(repeating: ".a", count: 100_000) + " = 1")
    #expect(dots.problems.contains { $0.contains("more than 64 dots") })
    let arrays = load("a = " + String(repeating: "[", count: 100_000))
    #expect(arrays.configuration == nil)
  }

  @Test func syntaxErrorsAreBounded() {
    let lines = (1...20_000).map { "key\($0) = bad" }.joined(separator: "\n")
    let (configuration, problems) = load(lines)
    #expect(configuration == nil)
    #expect(problems.count == 65)
    #expect(problems.first == "agent.conf:1:8: error: syntax error: this is not a value; text stands in quotes")
    #expect(problems.last == "agent.conf:64:9: error: too many syntax errors: what follows was not checked")
  }

  @Test func windowsLineEndsAreRead() {
    #expect(load(minimal().replacing("\n", with: "\r\n")).problems == [])
  }
}
