import Configuration
import Testing

/// Each kind of problem by itself: exact text, exact place. In `minimal` the connection begins in line 4, the stream's table
/// in line 6, the feed's in line 9 with its topic in line 12.
@Suite struct ProblemTests {
  private static let longTopic = String(repeating: "x", count: 65_536)

  @Test(arguments: [
    ("", "agent.conf:12:9: error: the topic is empty"),
    ("a/#/b", "agent.conf:12:9: error: \"#\" must be the last level of the topic"),
    ("a/b#", "agent.conf:12:9: error: \"#\" must be a whole level of the topic, not \"b#\""),
    ("a+/b", "agent.conf:12:9: error: \"+\" must be a whole level of the topic, not \"a+\""),
    ("a/\\u0000", "agent.conf:12:9: error: the topic contains a NUL character"),
    ("{asset/t", "agent.conf:12:9: error: \"{\" without \"}\" in the topic's level \"{asset\""),
    ("{a}/{a}", "agent.conf:12:9: error: the placeholder \"{a}\" stands twice in the topic"),
    (
      "x{a}/t",
      """
      agent.conf:12:9: error: "x{a}" is not a placeholder; a placeholder is a whole level: "{name}", of letters, digits, \
      "-", "_"
      """
    ),
    (
      (0..<17).map { "{p\($0)}" }.joined(separator: "/"),
      """
      agent.conf:12:9: error: the topic has 17 placeholders; at most 16 are allowed; write "+" for a level whose name is \
      not needed
      """
    ),
    ("$share/g/t", "agent.conf:12:9: error: a shared subscription in the topic; name the group with \"share\""),
    (longTopic, "agent.conf:12:9: error: the topic has 65536 bytes; MQTT allows 65535"),
    ("${NOWHERE}/t", "agent.conf:12:9: error: environment variable \"NOWHERE\" is not set"),
    (
      "${NOWHERE",
      "agent.conf:12:9: error: \"${\" without \"}\"; write \"$${\" for the two characters themselves"
    ),
  ])
  func badTopicIsRefused(topic: String, problem: String) {
    #expect(load(minimal(topic: topic)).problems == [problem])
  }

  /// What stands in the feed from line 15 on.
  @Test(arguments: [
    ("qos = \"1\"", "agent.conf:15:7: error: \"qos\" must be an integer, found a string; write 1 without quotes"),
    ("qos = 3", "agent.conf:15:7: error: \"qos\" is 3; it must be between 0 and 2"),
    ("qos = 1.0", "agent.conf:15:7: error: \"qos\" must be an integer, found a number with a fraction"),
    (
      "qos = 2",
      """
      agent.conf:15:7: error: QoS 2 is refused: after PUBREC the MQTT library keeps the message only in memory, and a crash \
      loses it; use qos = 1: what is redelivered is recognised and stored once
      """
    ),
    ("time = \"ts\"", "agent.conf:15:8: error: \"ts\" is not a JSON pointer; it begins with \"/\": \"/ts\""),
    (
      "samples = \"/a~2\"",
      """
      agent.conf:15:11: error: "/a~2" is not a JSON pointer; write "~0" for "~" and "~1" for "/" in a name
      """
    ),
    (
      "time_format = \"unix\"",
      """
      agent.conf:15:15: error: "time_format" is "unix"; it must be one of "auto", "rfc3339", "unix_s", "unix_ms", \
      "unix_us", "unix_ns"; did you mean "unix_s"?
      """
    ),
    (
      "source = \"{aset}\"",
      "agent.conf:15:10: error: \"source\": unknown placeholder \"{aset}\"; did you mean \"{asset}\"?"
    ),
    ("source = \"{asset\"", "agent.conf:15:10: error: \"source\": \"{\" without \"}\" in \"{asset\""),
    ("delimiter = \";\"", "agent.conf:15:1: error: \"delimiter\" does not apply to decoder \"json\"; it is for csv"),
    (
      "dedupe = \"/id\"",
      "agent.conf:15:10: error: \"dedupe\" must be an array of strings, found a string; put it into brackets: [\"…\"]"
    ),
    (
      "dedupe_window_s = 0",
      "agent.conf:15:19: error: \"dedupe_window_s\" is 0 s; it must be between 1 and 31536000 s"
    ),
    (
      "dedupe_window_s = \"soon\"",
      """
      agent.conf:15:19: error: "dedupe_window_s" is "soon", which is not a whole number of s; write for example "30s", \
      "5m" or a number of s
      """
    ),
    (
      "time = \"\(String(repeating: "/a", count: 33))\"",
      "agent.conf:15:8: error: a JSON pointer of 33 levels; at most 32 are allowed"
    ),
    ("dedupe = [1]", "agent.conf:15:11: error: \"dedupe\" must be an array of strings, found an integer"),
    (
      "fields = [\"/a\"]",
      "agent.conf:15:10: error: \"fields\" must be an inline table, found an array; write { name = \"…\" }"
    ),
    ("fields = { a = 1 }", "agent.conf:15:16: error: \"fields.a\" must be a string, found an integer"),
    (
      "max_payload_bytes = \"1 furlong\"",
      """
      agent.conf:15:21: error: "max_payload_bytes" is "1 furlong", which is not a size; write for example "512MiB", "2 GB" or \
      a number of bytes
      """
    ),
    ("share = \"a/b\"", "agent.conf:15:9: error: \"share\" must not contain \"/\", \"+\" or \"#\""),
    ("topci = \"x\"", "agent.conf:15:1: error: unknown key \"topci\" in [[feed]]; did you mean \"topic\"?"),
    ("colour = \"x\"", "agent.conf:15:1: error: unknown key \"colour\" in [[feed]]"),
  ])
  func badFeedKeyIsRefused(line: String, problem: String) {
    #expect(load(minimal(feed: line)).problems == [problem])
  }

  /// What stands in the connection from line 5 on.
  @Test(arguments: [
    ("port = 0", "agent.conf:6:8: error: \"port\" is 0; it must be between 1 and 65535"),
    ("tls = \"yes\"", "agent.conf:6:7: error: \"tls\" must be true or false, found a string"),
    ("ca_file = \"none.pem\"", "agent.conf:6:11: error: cannot read \"none.pem\": no such file or directory"),
    (
      "insecure = true",
      """
      agent.conf:6:1: error: unknown key "insecure" in [mqtt.floor]; the broker's certificate is always verified; name the \
      authority that signed it with "ca_file"
      """
    ),
    (
      "keepalive_s = \"1500ms\"",
      """
      agent.conf:6:15: error: "keepalive_s" is "1500ms", which is not a whole number of s; write for example "30s", "5m" or a \
      number of s
      """
    ),
    (
      "reconnect_min_ms = \"1m\"",
      "agent.conf:6:1: error: \"reconnect_min_ms\" is 60000, more than \"reconnect_max_ms\", 30000"
    ),
    (
      "status_topic = \"a/{agnt}\"",
      "agent.conf:6:16: error: \"status_topic\": unknown placeholder \"{agnt}\"; did you mean \"{agent}\"?"
    ),
    ("password = \"p\"", "agent.conf:6:1: error: a password without \"username\" in [mqtt.floor]"),
    ("version = 5", "agent.conf:6:11: error: \"version\" must be a string, found an integer; put it into quotes"),
  ])
  func badConnectionKeyIsRefused(line: String, problem: String) {
    #expect(load(minimal(connection: "host = \"127.0.0.1\"\n\(line)")).problems == [problem])
  }

  /// What follows the feed; its first line is line 16.
  @Test(arguments: [
    (
      "[journal]\nmax_size = \"1000KiB\"",
      "agent.conf:17:12: error: \"max_size\" is 1000 KiB; it must be between 1 MiB and 1024 TiB"
    ),
    (
      "[control]\nlisten = \"0.0.0.0:7780\"",
      """
      agent.conf:17:10: error: "0.0.0.0:7780" can be reached from outside and asks for no token; give "token_file", or \
      listen on 127.0.0.1
      """
    ),
    (
      "[control]\nlisten = \"7780\"",
      """
      agent.conf:17:10: error: "7780" is not an address with a port; write for example "127.0.0.1:7780" or "[::1]:7780"
      """
    ),
    ("[control]\ncert_file = \"/dev/null\"", "agent.conf:17:1: error: \"cert_file\" needs \"key_file\" in [control]"),
    (
      "[log]\nlevel = \"trace\"",
      "agent.conf:17:9: error: \"level\" is \"trace\"; it must be one of \"error\", \"warning\", \"info\", \"debug\""
    ),
    ("[uplnk]", "agent.conf:16:2: error: unknown section \"uplnk\"; did you mean \"uplink\"?"),
    (
      "[uplink]\nname = \"u\"\nurl = \"http://127.0.0.1\"",
      "agent.conf:16:2: error: \"uplink\" is a table here; write the header as [[uplink]]"
    ),
    ("[[log]]", "agent.conf:16:3: error: \"log\" is an array here; write the header as [log]"),
    (
      "[[stream]]\nname = \"s\"\nclass = \"alert\"",
      "agent.conf:17:8: error: duplicate name \"s\" in [[stream]]; the first is in line 7"
    ),
    (
      "[[stream]]\nname = \"_x\"\nclass = \"alert\"",
      "agent.conf:17:8: error: \"_x\": names that begin with \"_\" are the agent's own"
    ),
    (
      "[[model]]\nname = \"m\"\nplugin = \"p\"\nreads = [\"t\"]",
      "agent.conf:19:10: error: unknown stream \"t\"; declare it as [[stream]]"
    ),
    (
      "[[model]]\nname = \"m\"\nplugin = \"p\"\nreads = []",
      "agent.conf:19:9: error: \"reads\" is empty: the model would never see a record"
    ),
    (
      "[[model]]\nname = \"m\"\nplugin = \"p\"\nreads = [\"_quarantine\"]\nwrites = [\"s\"]",
      """
      agent.conf:20:11: error: stream "s" is filled by feed "f" (line 9); a model writes to streams of its own
      """
    ),
    (
      "[[model]]\nname = \"m\"\nplugin = \"p\"\nreads = [\"s\"]\nreply_connection = \"flor\"",
      "agent.conf:20:20: error: unknown connection \"flor\"; did you mean \"floor\"?"
    ),
    (
      "[[uplink]]\nname = \"u\"\nurl = \"ftp://x\"",
      "agent.conf:18:7: error: \"ftp://x\" is not an uplink's URL; it begins with \"http://\" or \"https://\""
    ),
    (
      "[[uplink]]\nname = \"u\"\nurl = \"http://a:b@x\"",
      "agent.conf:18:7: error: a user name or password in the URL; use \"token_file\""
    ),
    (
      "[[uplink]]\nname = \"u\"\nurl = \"http://x:99999\"",
      "agent.conf:18:7: error: \"http://x:99999\" has no valid host and port"
    ),
    ("[[uplink]]\nurl = \"http://127.0.0.1\"", "agent.conf:16:1: error: missing key \"name\" in [[uplink]]"),
    (
      "[[uplink]]\nname = \"u\"\nurl = \"http://127.0.0.1\"\nstreams = [\"S\"]",
      "agent.conf:19:12: error: unknown stream \"S\"; declare it as [[stream]]"
    ),
    (
      "[mqtt.second]\nhost = \"127.0.0.1\"\nclient_id = \"crossdock-a-floor\"",
      """
      agent.conf:16:7: error: connections "floor" and "second" have one client id at one broker; they would throw each \
      other out; give each its own "client_id"
      """
    ),
    (
      "[[feed]]\nname = \"g\"\nconnection = \"floor\"\ntopic = \"+/u\"\nstream = \"s\"\ndecoder = \"json\"\nfields = { a = \"/a\" }",
      """
      agent.conf:16:1: error: feed "g" has the fields [a] for stream "s", feed "f" (line 9) has []; use the same names in \
      the same order, or give each its own stream
      """
    ),
    (
      "[[feed]]\nname = \"g\"\nconnection = \"floor\"\ntopic = \"+/u\"\nstream = \"s\"\ndecoder = \"raw\"",
      """
      agent.conf:16:1: error: feed "g" writes bytes into stream "s", feed "f" (line 9) writes json; give each its own stream
      """
    ),
    (
      "[[feed]]\nname = \"g\"\nconnection = \"floor\"\ntopic = \"pump/#\"\nstream = \"s\"\ndecoder = \"json\"",
      """
      agent.conf:19:9: warning: feed "g" overlaps feed "f" (line 9) on connection "floor"; a broker may send a message that \
      matches both filters once or twice
      """
    ),
    (
      "[[stream]]\nname = \"idle\"\nclass = \"scan\"",
      "agent.conf:17:8: warning: no feed and no model fills stream \"idle\""
    ),
  ])
  func badSectionIsRefused(text: String, problem: String) {
    #expect(load(minimal(rest: text)).problems == [problem])
  }

  @Test func csvColumnThatTheHeaderLacksIsRefused() {
    let feed = "decoder = \"csv\"\nheader = [\"ts\", \"kwh\"]\ntime = \"tz\"\nfields = { kwh = \"kwh\" }"
    #expect(
      load(minimal(feed: feed)).problems == [
        "agent.conf:17:8: error: \"tz\" is not a column of \"header\"; did you mean \"ts\"?"
      ])
  }

  @Test func emptyFileLacksItsAgent() {
    #expect(load("").problems == ["agent.conf:1:1: error: missing section [agent]"])
  }

  @Test func absentFileIsOneProblemWithoutALine() {
    let (configuration, problems) = ConfigurationLoader.load(path: "/nonexistent/agent.conf")
    #expect(configuration == nil)
    #expect(
      problems.map(\.description) == [
        "/nonexistent/agent.conf: error: cannot read the configuration: no such file or directory"
      ])
  }

  @Test(arguments: [
    ("a/+", "a/b", true), ("a/#", "a", true), ("#", "a/b", true), ("a/+", "a/b/c", false), ("+/b", "a/+", true),
    ("a/b", "a/c", false), ("#", "$SYS/x", false), ("+/x", "$SYS/x", false), ("$SYS/#", "$SYS/+/y", true),
    ("a/+/#", "a", false), ("+/+", "a", false), ("a/b/#", "a/+", true),
  ])
  func overlapFollowsTheStandard(a: String, b: String, expected: Bool) {
    let second = """
      [[feed]]
      name = "g"
      connection = "floor"
      topic = "\(b)"
      stream = "s"
      decoder = "json"
      """
    #expect(load(minimal(topic: a, rest: second)).problems.contains { $0.contains("overlaps") } == expected)
  }
}
