import Testing

/// One file, many mistakes, one run: the exact texts. They are part of the interface.
@Suite struct PlantedErrorsTests {
  static let file = #"""
    [agent]
    id = "dock 7"
    data_dri = "/var/lib/crossdock"

    [journal]
    max_size = "512KiB"
    commit_max_messages = "1000"

    [mqtt.floor]
    host = "127.0.0.1
    port = 70000
    keepalive_s = 99999999999999999999
    insecure = true
    password_file = "missing.password"

    [[stream]]
    name = "vibration"
    class = "telemetri"

    [[stream]
    name = "orders"
    class = "decision"

    [[feed]]
    name = "motor"
    connection = "flor"
    topci = "{site}/vibration"
    qos = 2
    stream = "vibrations"
    decoder = "json"
    time = "ts"

    [[feed]]
    name = "motor"
    connection = "floor"
    topic = "a/#/b"
    source = "{sit}"
    stream = "orders"
    decoder = "raw"
    samples = "/samples"

    [[model]]
    name = "routes"
    plugin = "pick-routing"
    reads = ["orders"
    writes = ["rutes"]

    [[uplink]]
    name = "central"
    url = "central:7790"
    token = "${CENTRAL_TOKEN}"
    interval_ms = "soon"

    [control]
    listen = "0.0.0.0:7780"

    [contrl]
    """#

  @Test func everyProblemIsReportedWithItsLine() {
    let (configuration, problems) = load(Self.file)
    #expect(configuration == nil)
    let expected = #"""
      agent.conf:2:6: error: "dock 7" is not a valid id; letters, digits, "-", "_", ".", at most 64 bytes
      agent.conf:3:1: error: unknown key "data_dri" in [agent]; did you mean "data_dir"?
      agent.conf:6:12: error: "max_size" is 512 KiB; it must be between 1 MiB and 1024 TiB
      agent.conf:7:23: error: "commit_max_messages" must be an integer, found a string; write 1000 without quotes
      agent.conf:10:18: error: syntax error: a string is not closed in its line
      agent.conf:11:8: error: "port" is 70000; it must be between 1 and 65535
      agent.conf:12:35: error: syntax error: '99999999999999999999' is not representable in 64 bits (in a decimal \#
      integer)
      agent.conf:13:1: error: unknown key "insecure" in [mqtt.floor]; the broker's certificate is always verified; \#
      name the authority that signed it with "ca_file"
      agent.conf:14:1: error: a password without "username" in [mqtt.floor]
      agent.conf:14:17: error: cannot read "missing.password": no such file or directory
      agent.conf:18:9: error: "class" is "telemetri"; it must be one of "alert", "decision", "scan", "summary", \#
      "telemetry"; did you mean "telemetry"?
      agent.conf:20:10: error: syntax error: expected ']', saw the end of the line (in a table header)
      agent.conf:26:14: error: unknown connection "flor"; did you mean "floor"?
      agent.conf:27:1: error: unknown key "topci" in [[feed]]; did you mean "topic"?
      agent.conf:28:7: error: QoS 2 is refused: after PUBREC the MQTT library keeps the message only in memory, and \#
      a crash loses it; use qos = 1: what is redelivered is recognised and stored once
      agent.conf:29:10: error: unknown stream "vibrations"; did you mean "vibration"?
      agent.conf:31:8: error: "ts" is not a JSON pointer; it begins with "/": "/ts"
      agent.conf:34:8: error: duplicate name "motor" in [[feed]]; the first is in line 25
      agent.conf:36:9: error: "#" must be the last level of the topic
      agent.conf:40:1: error: "samples" does not apply to decoder "raw"; it is for json
      agent.conf:45:9: error: syntax error: what is opened here is never closed
      agent.conf:46:11: error: unknown stream "rutes"; declare it as [[stream]]
      agent.conf:50:7: error: "central:7790" is not an uplink's URL; it begins with "http://" or "https://"
      agent.conf:51:9: error: environment variable "CENTRAL_TOKEN" is not set
      agent.conf:52:15: error: "interval_ms" is "soon", which is not a whole number of ms; write for example "30s", \#
      "5m" or a number of ms
      agent.conf:55:10: error: "0.0.0.0:7780" can be reached from outside and asks for no token; give "token_file", \#
      or listen on 127.0.0.1
      agent.conf:57:2: error: unknown section "contrl"; did you mean "control"?
      """#
    #expect(problems.joined(separator: "\n") == expected)
  }
}
