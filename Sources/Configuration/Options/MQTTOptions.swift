enum MQTTOptions {
  static let host = OptionRow("host", .string, isRequired: true, help: "Name or address of the broker.")
  static let port = OptionRow(
    "port", .integer(1...65_535), help: "TCP port of the broker. Default: 1883, with TLS 8883.")
  static let version = OptionRow(
    "version", .choice(MQTTVersion.allCases.map(\.rawValue)), default: "\"5\"", help: "Version of MQTT.")
  static let clientID = OptionRow(
    "client_id", .string,
    help: """
      The broker keeps the session, and with it the messages of an outage, under this name; two clients with one name \
      throw each other out. Default: `crossdock-<agent id>-<connection name>`.
      """)
  static let username = OptionRow("username", .string, help: "User name, where the broker asks for one.")
  static let password = OptionRow(
    "password", .secret, help: "Password in clear. Better in a file, or as `\"${NAME}\"`.")
  static let passwordFile = OptionRow(
    "password_file", .secretFile, help: "A file with the password, or `credential:NAME`.")
  static let tls = OptionRow(
    "tls", .boolean, help: "TLS with the authorities of the operating system. Default: true when `ca_file` is given.")
  static let caFile = OptionRow(
    "ca_file", .file, help: "PEM of the authorities that may sign the broker's certificate.")
  static let certFile = OptionRow("cert_file", .file, help: "PEM certificate of this client; needs `key_file`.")
  static let keyFile = OptionRow("key_file", .file, help: "PEM key of this client; needs `cert_file`.")
  static let keepalive = OptionRow(
    "keepalive_s", .seconds(5...65_535), default: "30",
    help: "A silent broker is given up after one and a half times this. Shorter notices sooner and costs traffic.")
  static let sessionExpiry = OptionRow(
    "session_expiry_s", .seconds(60...4_294_967_295), default: "604800",
    help: """
      How long the broker keeps messages for this agent while it is away (MQTT 5; with 3.1.1 the broker decides). \
      Longer than the longest outage you want to survive.
      """)
  static let receiveMaximum = OptionRow(
    "receive_maximum", .integer(1...65_535), default: "1000",
    help: """
      QoS 1 messages that the broker may send before the first is acknowledged. Acknowledgement comes after the commit, \
      so this is the most that one commit can carry; the broker's own `max_inflight_messages` caps it.
      """)
  static let statusTopic = OptionRow(
    "status_topic", .string,
    help: """
      Where `online`, and by the will `offline`, is published, retained. `{agent}` is the agent's id. \
      Default: nowhere.
      """)
  static let reconnectMin = OptionRow(
    "reconnect_min_ms", .milliseconds(10...600_000), default: "500",
    help: """
      First bound of the back-off after a lost connection; it doubles with each failure, and the pause is random between \
      0 and the bound (full jitter), so that a fleet does not come back in step.
      """)
  static let reconnectMax = OptionRow(
    "reconnect_max_ms", .milliseconds(10...3_600_000), default: "\"30s\"", help: "Last bound of the back-off.")

  static let table = OptionTable(
    header: "[mqtt.NAME]", summary: "One connection to one broker; feeds and models refer to it by NAME.",
    rows: [
      host, port, version, clientID, username, password, passwordFile, tls, caFile, certFile, keyFile, keepalive,
      sessionExpiry, receiveMaximum, statusTopic, reconnectMin, reconnectMax,
    ],
    refused: [
      "insecure": Self.noInsecure, "tls_insecure": Self.noInsecure, "verify": Self.noInsecure,
      "clean_session": "the session is always kept: it is what brings back messages after an outage",
    ])

  static let noInsecure =
    "the broker's certificate is always verified; name the authority that signed it with \"ca_file\""
}
