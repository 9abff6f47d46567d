import Configuration
import Foundation
import Records
import Testing

/// What a reload says of two configurations.
@Suite struct ComparisonTests {
  private static let base = """
    [agent]
    id = "a"
    data_dir = "/d"
    [mqtt.floor]
    host = "127.0.0.1"
    username = "u"
    password = "hunter2"
    [[stream]]
    name = "s"
    class = "telemetry"
    [[stream]]
    name = "d"
    class = "decision"
    [[stream]]
    name = "e"
    class = "scan"
    [[feed]]
    name = "f"
    connection = "floor"
    topic = "{asset}/t"
    stream = "s"
    decoder = "json"
    [[feed]]
    name = "g"
    connection = "floor"
    topic = "{asset}/c"
    stream = "s"
    decoder = "csv"
    [[model]]
    name = "m"
    plugin = "p"
    reads = ["s"]
    writes = ["d"]
    [model.options]
    limit = 5
    api_token = "hunter2"
    [[uplink]]
    name = "central"
    url = "https://c:1"
    token = "hunter2"
    [control]
    listen = "127.0.0.1:7780"
    token = "hunter2"

    """

  private func state(_ text: String) throws -> ConfigurationState {
    let (configuration, problems) = load(text)
    return ConfigurationState(try #require(configuration, "\(problems)"))
  }

  private func changes(_ old: String, _ new: String) throws -> [String] {
    try ConfigurationComparison.changes(from: state(old), to: state(new)).map(\.description)
  }

  /// The base with some text in the place of other text.
  private func replacing(_ old: String, _ new: String) throws -> String {
    try #require(Self.base.contains(old), "\(old)")
    return Self.base.replacingOccurrences(of: old, with: new)
  }

  @Test func sameTextGivesNoChange() throws {
    #expect(try changes(Self.base, Self.base) == [])
  }

  @Test func placesInTheTextAndTheOrderOfKeysAreNoChanges() throws {
    #expect(try changes(Self.base, "# a comment\n\n\n" + Self.base) == [])
    #expect(
      try changes(Self.base, replacing("limit = 5\napi_token = \"hunter2\"", "api_token = \"hunter2\"\nlimit = 5"))
        == [])
    #expect(
      try changes(
        Self.base, replacing("topic = \"{asset}/t\"\nstream = \"s\"", "stream = \"s\"\ntopic = \"{asset}/t\"")) == [])
    // A default that is written is the default.
    #expect(try changes(Self.base, replacing("host = \"127.0.0.1\"", "host = \"127.0.0.1\"\nkeepalive_s = 30")) == [])
  }

  /// One key at a time: what is replaced in the base, and what is said then.
  private static let keys: [(old: String, new: String, said: String)] = [
    ("id = \"a\"", "id = \"b\"", "agent: id \"a\" → \"b\""),
    ("data_dir = \"/d\"", "data_dir = \"/e\"", "agent: data_dir \"/d\" → \"/e\""),
    ("[mqtt.floor]", "[journal]\nmax_size = \"64MiB\"\n[mqtt.floor]", "journal: max_size 512 MiB → 64 MiB"),
    ("[mqtt.floor]", "[journal]\nmin_free = 0\n[mqtt.floor]", "journal: min_free 64 MiB → 0 bytes"),
    ("[mqtt.floor]", "[journal]\ncommit_linger_ms = 0\n[mqtt.floor]", "journal: commit_linger_ms 200 → 0"),
    ("[mqtt.floor]", "[journal]\ncommit_max_messages = 5\n[mqtt.floor]", "journal: commit_max_messages 1000 → 5"),
    ("[mqtt.floor]", "[journal]\ncommit_max_bytes = 65536\n[mqtt.floor]", "journal: commit_max_bytes 4 MiB → 64 KiB"),
    ("[mqtt.floor]", "[log]\nlevel = \"debug\"\n[mqtt.floor]", "log: level \"info\" → \"debug\""),
    ("[mqtt.floor]", "[class.scan]\nmax_size = \"1MiB\"\n[mqtt.floor]", "class \"scan\": max_size none → 1 MiB"),
    ("host = \"127.0.0.1\"", "host = \"::1\"", "connection \"floor\": host \"127.0.0.1\" → \"::1\""),
    ("host = \"127.0.0.1\"", "host = \"127.0.0.1\"\nport = 1884", "connection \"floor\": port 1883 → 1884"),
    ("username = \"u\"", "username = \"v\"", "connection \"floor\": username \"u\" → \"v\""),
    ("password = \"hunter2\"", "password = \"hunter3\"", "connection \"floor\": password changed"),
    ("password = \"hunter2\"\n", "", "connection \"floor\": password removed"),
    (
      "username = \"u\"", "username = \"u\"\nclient_id = \"x\"",
      "connection \"floor\": client_id \"crossdock-a-floor\" → \"x\""
    ),
    ("username = \"u\"", "username = \"u\"\nkeepalive_s = 60", "connection \"floor\": keepalive_s 30 → 60"),
    (
      "username = \"u\"", "username = \"u\"\nsession_expiry_s = 60",
      "connection \"floor\": session_expiry_s 604800 → 60"
    ),
    ("username = \"u\"", "username = \"u\"\nreceive_maximum = 9", "connection \"floor\": receive_maximum 1000 → 9"),
    (
      "username = \"u\"", "username = \"u\"\nstatus_topic = \"up/{agent}\"",
      "connection \"floor\": status_topic none → \"up/a\""
    ),
    ("username = \"u\"", "username = \"u\"\nversion = \"3.1.1\"", "connection \"floor\": version \"5\" → \"3.1.1\""),
    ("username = \"u\"", "username = \"u\"\nreconnect_min_ms = 10", "connection \"floor\": reconnect_min_ms 500 → 10"),
    (
      "username = \"u\"", "username = \"u\"\nreconnect_max_ms = 900",
      "connection \"floor\": reconnect_max_ms 30000 → 900"
    ),
    ("class = \"decision\"", "class = \"alert\"", "stream \"d\": class \"decision\" → \"alert\""),
    ("class = \"decision\"", "class = \"decision\"\nmax_size = \"1MiB\"", "stream \"d\": max_size none → 1 MiB"),
    ("class = \"decision\"", "class = \"decision\"\nmax_age_s = 60", "stream \"d\": max_age_s none → 60"),
    (
      "class = \"decision\"", "class = \"decision\"\nwhen_full = \"reject\"",
      "stream \"d\": when_full \"drop-oldest\" → \"reject\""
    ),
    ("class = \"decision\"", "class = \"decision\"\nthin_window_s = 5", "stream \"d\": thin_window_s 60 → 5"),
    ("topic = \"{asset}/c\"", "topic = \"{asset}/c\"\nshare = \"x\"", "feed \"g\": share none → \"x\""),
    ("topic = \"{asset}/c\"", "topic = \"{asset}/c\"\nqos = 0", "feed \"g\": qos 1 → 0"),
    (
      "topic = \"{asset}/c\"", "topic = \"{asset}/c\"\nsource = \"{topic}\"",
      "feed \"g\": source \"{asset}\" → \"{topic}\""
    ),
    ("topic = \"{asset}/c\"", "topic = \"{asset}/c\"\ntime = \"t\"", "feed \"g\": time none → \"t\""),
    (
      "topic = \"{asset}/c\"", "topic = \"{asset}/c\"\ntime = \"t\"\ntime_format = \"unix_s\"",
      "feed \"g\": time_format \"auto\" → \"unix_s\""
    ),
    ("topic = \"{asset}/c\"", "topic = \"{asset}/c\"\ndelimiter = \";\"", "feed \"g\": delimiter \",\" → \";\""),
    ("topic = \"{asset}/c\"", "topic = \"{asset}/c\"\nheader = [\"x\"]", "feed \"g\": header [] → [\"x\"]"),
    ("topic = \"{asset}/c\"", "topic = \"{asset}/c\"\ndedupe = [\"x\"]", "feed \"g\": dedupe [] → [\"x\"]"),
    ("topic = \"{asset}/c\"", "topic = \"{asset}/c\"\ndedupe_window = 9", "feed \"g\": dedupe_window 10000 → 9"),
    ("topic = \"{asset}/c\"", "topic = \"{asset}/c\"\ndedupe_window_s = 9", "feed \"g\": dedupe_window_s none → 9"),
    (
      "topic = \"{asset}/c\"", "topic = \"{asset}/c\"\nmax_payload_bytes = 9",
      "feed \"g\": max_payload_bytes 256 KiB → 9 bytes"
    ),
    (
      "connection = \"floor\"\ntopic = \"{asset}/t\"\nstream = \"s\"\ndecoder = \"json\"",
      "connection = \"yard\"\ntopic = \"{asset}/t\"\nstream = \"s\"\ndecoder = \"json\"\n[mqtt.yard]\nhost = \"::1\"",
      "feed \"f\": connection \"floor\" → \"yard\""
    ),
    (
      "topic = \"{asset}/t\"\nstream = \"s\"", "topic = \"{asset}/t\"\nstream = \"e\"",
      "feed \"f\": stream \"s\" → \"e\""
    ),
    ("topic = \"{asset}/t\"", "topic = \"{asset}/u\"", "feed \"f\": topic \"{asset}/t\" → \"{asset}/u\""),
    ("topic = \"{asset}/t\"", "topic = \"{asset}/t\"\nsamples = \"/x\"", "feed \"f\": samples none → \"/x\""),
    (
      "decoder = \"json\"", "decoder = \"json\"\nsamples_format = \"i16\"",
      "feed \"f\": samples_format \"numbers\" → \"i16\""
    ),
    ("decoder = \"json\"", "decoder = \"json\"\ntime = \"/t\"", "feed \"f\": time none → \"/t\""),
    ("decoder = \"json\"", "decoder = \"csv\"", "feed \"f\": decoder \"json\" → \"csv\""),
    ("plugin = \"p\"", "plugin = \"q\"", "model \"m\": plugin \"p\" → \"q\""),
    ("plugin = \"p\"", "plugin = \"p\"\nrun = \"isolated\"", "model \"m\": run none → \"isolated\""),
    ("plugin = \"p\"", "plugin = \"p\"\nbegin = \"oldest\"", "model \"m\": begin none → \"oldest\""),
    ("reads = [\"s\"]", "reads = [\"s\", \"e\"]", "model \"m\": reads [\"s\"] → [\"s\", \"e\"]"),
    ("writes = [\"d\"]", "writes = []", "model \"m\": writes [\"d\"] → []"),
    (
      "writes = [\"d\"]", "writes = [\"d\"]\nreply_connection = \"floor\"",
      "model \"m\": reply_connection none → \"floor\""
    ),
    ("limit = 5", "limit = 6", "model \"m\": option limit 5 → 6"),
    ("limit = 5", "limit = \"many\"", "model \"m\": option limit 5 → \"many\""),
    ("limit = 5\n", "", "model \"m\": option limit 5 → default"),
    ("api_token = \"hunter2\"", "api_token = \"hunter3\"", "model \"m\": option api_token changed"),
    ("url = \"https://c:1\"", "url = \"https://e:1\"", "uplink \"central\": url \"https://c:1\" → \"https://e:1\""),
    (
      "url = \"https://c:1\"\ntoken = \"hunter2\"", "url = \"https://c:1\"\ntoken = \"hunter3\"",
      "uplink \"central\": token changed"
    ),
    ("url = \"https://c:1\"", "url = \"https://c:1\"\nstreams = [\"s\"]", "uplink \"central\": streams none → [\"s\"]"),
    (
      "url = \"https://c:1\"", "url = \"https://c:1\"\nsegment_max_bytes = 4096",
      "uplink \"central\": segment_max_bytes 1 MiB → 4 KiB"
    ),
    (
      "url = \"https://c:1\"", "url = \"https://c:1\"\nsegment_max_records = 7",
      "uplink \"central\": segment_max_records 5000 → 7"
    ),
    ("url = \"https://c:1\"", "url = \"https://c:1\"\ninterval_ms = 7", "uplink \"central\": interval_ms 1000 → 7"),
    ("url = \"https://c:1\"", "url = \"https://c:1\"\ntimeout_ms = 700", "uplink \"central\": timeout_ms 10000 → 700"),
    (
      "url = \"https://c:1\"", "url = \"https://c:1\"\nbackoff_min_ms = 70",
      "uplink \"central\": backoff_min_ms 500 → 70"
    ),
    (
      "url = \"https://c:1\"", "url = \"https://c:1\"\nbackoff_max_ms = 700",
      "uplink \"central\": backoff_max_ms 60000 → 700"
    ),
    (
      "url = \"https://c:1\"", "url = \"https://c:1\"\nmax_bytes_per_s = 4096",
      "uplink \"central\": max_bytes_per_s none → 4 KiB"
    ),
    (
      "url = \"https://c:1\"", "url = \"https://c:1\"\ncommands = \"s\"",
      "uplink \"central\": commands none → \"s\""
    ),
    ("listen = \"127.0.0.1:7780\"", "listen = \"[::1]:7780\"", "control: listen \"127.0.0.1:7780\" → \"[::1]:7780\""),
  ]

  @Test func everyKeyIsNamedWithWhatItWasAndWhatItIs() throws {
    for key in Self.keys {
      let said = try changes(Self.base, replacing(key.old, key.new))
      #expect(said.contains(key.said), "\(key.new): \(said)")
      // The other way round it is a change, too.
      #expect(try !changes(replacing(key.old, key.new), Self.base).isEmpty)
    }
  }

  /// A key that is added to a section and forgotten in the comparison is seen all the same, and this test says that it needs a line.
  @Test func everyPropertyOfASectionHasItsLine() throws {
    let configuration = try state(Self.base).configuration
    let derived: Set = [
      "section", "name", "position", "file", "folder", "filter", "bodyFormat", "tls", "password", "token", "options",
      "optionsPosition", "decoder",
    ]
    let sections: [(Any, String)] = [
      (configuration.connections[0], "connection"), (configuration.feeds[0], "feed"),
      (configuration.models[0], "model"),
      (configuration.uplinks[0], "uplink"),
    ]
    for (section, noun) in sections {
      for child in Mirror(reflecting: section).children {
        let property = try #require(child.label)
        if derived.contains(property) { continue }
        let key = Self.words(property)
        #expect(
          Self.keys.contains { $0.said.hasPrefix("\(noun) ") && Self.words($0.said).contains(key) },
          "\(noun): \(property) has no line in this test: is it compared?")
      }
    }
  }

  /// `dedupeWindowS`, `dedupe_window_s` → `dedupewindows`; the names of a few differ from their keys.
  private static func words(_ text: String) -> String {
    let aliases = [
      "topicTemplate": "topic", "sourceTemplate": "source", "clientID": "client_id", "maxBytesPerS": "max_bytes_per_s",
    ]
    return (aliases[text] ?? text).lowercased().filter { $0 != "_" }
  }

  @Test func sectionsThatComeAndGoAreNamed() throws {
    let added =
      Self.base + """
        [mqtt.yard]
        host = "127.0.0.2"
        [[stream]]
        name = "x"
        class = "alert"
        [[feed]]
        name = "h"
        connection = "yard"
        topic = "a"
        stream = "x"
        decoder = "raw"
        [[uplink]]
        name = "second"
        url = "http://127.0.0.1:1"
        [[plugin]]
        name = "watch"
        plugin = "p"
        reads = ["x"]

        """
    let said = [
      "connection \"yard\"", "stream \"x\"", "feed \"h\"", "plugin \"watch\"", "uplink \"second\"",
    ]
    #expect(try changes(Self.base, added) == said.map { "\($0) added" })
    #expect(try changes(added, Self.base) == said.map { "\($0) removed" })
    let control = "[control]\nlisten = \"127.0.0.1:7780\"\ntoken = \"hunter2\"\n"
    #expect(try changes(Self.base, replacing(control, "")) == ["control removed"])
    #expect(try changes(replacing(control, ""), Self.base) == ["control added"])
  }

  @Test func noSecretIsShown() throws {
    let other = Self.base.replacingOccurrences(of: "hunter2", with: "hunter3")
    let said = try changes(Self.base, other)
    #expect(
      said == [
        "connection \"floor\": password changed", "model \"m\": option api_token changed",
        "uplink \"central\": token changed", "control: token changed",
      ])
    let without = Self.base.split(separator: "\n").filter { !$0.contains("hunter2") }.joined(separator: "\n")
    for text in try changes(Self.base, without) + changes(without, Self.base) { #expect(!text.contains("hunter")) }
  }

  @Test func orderOfFeedsIsAChangeAndOfUplinksNone() throws {
    func feeds(_ names: [String]) -> String {
      names.map {
        "[[feed]]\nname = \"\($0)\"\nconnection = \"floor\"\ntopic = \"\($0)\"\nstream = \"s\"\ndecoder = \"json\"\n"
      }.joined()
    }
    #expect(
      try changes(minimal(rest: feeds(["x", "y"])), minimal(rest: feeds(["y", "x"])))
        == ["order: of the feeds; a topic of two feeds belongs to the first"])
    // What comes in between moves nothing.
    #expect(
      try changes(minimal(rest: feeds(["x", "y"])), minimal(rest: feeds(["x", "z", "y"]))) == ["feed \"z\" added"])
    func uplinks(_ names: [String]) -> String {
      names.map { "[[uplink]]\nname = \"\($0)\"\nurl = \"http://127.0.0.1:1\"\n" }.joined()
    }
    #expect(try changes(minimal(rest: uplinks(["x", "y"])), minimal(rest: uplinks(["y", "x"]))) == [])
  }

  @Test func contentsOfFilesAndVersionsOfPluginsAreChanges() throws {
    let ca = ConfigurationState.InputFile(.uplink("central"), key: "ca_file", path: "/ca.pem")
    let layout = ConfigurationState.InputFile(.model("m"), key: "option layout", path: "hall.json")
    var old = try state(Self.base)
    (old.files, old.plugins) = ([ca: 1, layout: 1], ["p": "1.0.0", "gone": "1.0.0"])
    var new = old
    #expect(ConfigurationComparison.changes(from: old, to: new) == [])
    (new.files, new.plugins) = ([ca: 2, layout: 3], ["p": "1.1.0", "came": "1.0.0"])
    let changes = ConfigurationComparison.changes(from: old, to: new)
    #expect(
      changes.map(\.description) == [
        "plugin \"p\": version 1.0.0 → 1.1.0", "model \"m\": the contents of option layout \"hall.json\" changed",
        "uplink \"central\": the contents of ca_file \"/ca.pem\" changed",
      ])
    #expect(changes.map(\.part) == [.plugin("p"), .model("m"), .uplink("central")])
  }
}
