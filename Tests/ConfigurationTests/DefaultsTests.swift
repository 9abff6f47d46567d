import Records
import Testing

@testable import Configuration

@Suite struct DefaultsTests {
  @Test func everyDefaultIsValidForItsKey() {
    for section in Sections.all {
      let context = ReadingContext(file: "defaults", environment: { _ in nil })
      let reader = SectionReader(
        TOMLTable(entries: [], position: SourcePosition(line: 1, column: 1)),
        OptionTable(header: section.header, summary: "", rows: []), context)
      for row in section.rows where row.defaultText != nil {
        switch row.kind {
        case .integer, .size, .milliseconds, .seconds: #expect(reader.number(row) != nil)
        case .choice: #expect(reader.choice(row) != nil)
        case .strings: #expect(reader.strings(row) != nil)
        case .pairs: #expect(reader.pairs(row) != nil)
        case .boolean: #expect(reader.boolean(row) != nil)
        default: #expect(reader.string(row) != nil)
        }
      }
      #expect(context.problems == [])
    }
  }

  @Test func whatIsLeftOutGetsItsDefault() throws {
    let (configuration, problems) = load(minimal())
    #expect(problems == [])
    let found = try #require(configuration)
    let connection = try #require(found.connections.first)
    #expect(connection.clientID == "crossdock-a-floor")
    #expect(connection.port == 1883)
    #expect(connection.version == .v5)
    #expect(connection.tls == nil)
    #expect(connection.statusTopic == nil)
    #expect(connection.reconnectMaxMs == 30_000)
    #expect(connection.sessionExpiryS == 604_800)
    let feed = try #require(found.feeds.first)
    #expect(feed.qos == 1)
    #expect(feed.sourceTemplate == "{asset}")
    #expect(feed.subscription == "+/t")
    #expect(feed.maxPayloadBytes == 262_144)
    #expect(found.journal.maxBytes == 512 << 20)
    #expect(found.log.level == .info)
    #expect(found.control == nil)
    #expect(found.uplinks == [])
  }

  @Test func dedupeWindowInTimeIsNoneUnlessItIsGiven() {
    #expect(load(minimal()).configuration?.feeds.first?.dedupeWindowS == nil)
    #expect(load(minimal(feed: "dedupe_window_s = 90")).configuration?.feeds.first?.dedupeWindowS == 90)
    #expect(load(minimal(feed: "dedupe_window_s = \"2h\"")).configuration?.feeds.first?.dedupeWindowS == 7200)
  }

  @Test func sharedFeedSubscribesToItsGroup() {
    let (configuration, _) = load(minimal(feed: "share = \"docks\""))
    #expect(configuration?.feeds.first?.subscription == "$share/docks/+/t")
  }

  @Test func topicWithoutPlaceholderIsItsOwnSource() {
    #expect(load(minimal(topic: "plant/#")).configuration?.feeds.first?.sourceTemplate == "{topic}")
  }

  @Test func fieldsKeepTheOrderOfTheText() {
    let (configuration, _) = load(minimal(feed: "fields = { z = \"/z\", a = \"/a\", m = \"/m\" }"))
    #expect(configuration?.streams.first?.columns == ["z", "a", "m"])
    #expect(configuration?.feeds.first?.decoder.fields.map(\.path) == ["/z", "/a", "/m"])
  }

  @Test func tlsMovesTheDefaultPort() {
    let connection = load(minimal(connection: "host = \"h\"\ntls = true")).configuration?.connections.first
    #expect(connection?.port == 8883)
    #expect(connection?.tls == TLSConfiguration(caFile: nil, certFile: nil, keyFile: nil))
  }

  @Test(arguments: [
    ("\"1 GB\"", 1_000_000_000), ("\"2MiB\"", 2 << 20), ("1048576", 1 << 20), ("\"3 gib\"", 3 << 30),
  ])
  func sizesAreRead(text: String, bytes: Int) {
    #expect(load(minimal(rest: "[journal]\nmax_size = \(text)")).configuration?.journal.maxBytes == bytes)
  }

  @Test(arguments: [
    ("\"5m\"", 300_000), ("\"250ms\"", 250), ("\"30s\"", 30_000), ("1500", 1500), ("\"1h\"", 3_600_000),
  ])
  func durationsAreRead(text: String, ms: Int) {
    let uplink = "[[uplink]]\nname = \"u\"\nurl = \"http://127.0.0.1:1\"\ninterval_ms = \(text)"
    #expect(load(minimal(rest: uplink)).configuration?.uplinks.first?.intervalMs == ms)
  }
}
