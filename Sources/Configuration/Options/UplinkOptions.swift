enum UplinkOptions {
  static let name = OptionRow(
    "name", .string, isRequired: true, help: "Unique among the uplinks; its watermarks are kept under it.")
  static let url = OptionRow("url", .string, isRequired: true, help: "`http://` or `https://`, host, port, base path.")
  static let token = OptionRow("token", .secret, help: "Bearer token in clear. Better in a file, or as `\"${NAME}\"`.")
  static let tokenFile = OptionRow("token_file", .secretFile, help: "A file with the token, or `credential:NAME`.")
  static let caFile = OptionRow(
    "ca_file", .file,
    help: "PEM of the authorities that may sign central's certificate. Default: those of the operating system.")
  static let certFile = OptionRow("cert_file", .file, help: "PEM certificate of this client; needs `key_file`.")
  static let keyFile = OptionRow("key_file", .file, help: "PEM key of this client; needs `cert_file`.")
  static let streams = OptionRow(
    "streams", .strings, help: "The streams to send. Default: all, with `_quarantine` and `_tombstones`.")
  static let segmentMaxBytes = OptionRow(
    "segment_max_bytes", .size(4096...(64 << 20)), default: "\"1MiB\"",
    help: "Bound of one request before compression. Smaller loses less on a bad link, larger compresses better.")
  static let segmentMaxRecords = OptionRow(
    "segment_max_records", .integer(1...100_000), default: "5000", help: "Bound of one request in records.")
  static let interval = OptionRow(
    "interval_ms", .milliseconds(0...3_600_000), default: "1000",
    help: "How long a record may wait for company. 0 sends at once, with more requests and less compression.")
  static let timeout = OptionRow(
    "timeout_ms", .milliseconds(100...600_000), default: "\"10s\"",
    help: "Bound of one request, from connect to answer.")
  static let backoffMin = OptionRow(
    "backoff_min_ms", .milliseconds(10...600_000), default: "500",
    help: "First bound of the back-off after a failure; it doubles, and the pause is random below it (full jitter).")
  static let backoffMax = OptionRow(
    "backoff_max_ms", .milliseconds(10...3_600_000), default: "\"1min\"", help: "Last bound of the back-off.")
  static let maxBytesPerS = OptionRow(
    "max_bytes_per_s", .size(256...(1 << 40)), help: "Budget of bytes on the wire. Default: none.")

  static let commands = OptionRow(
    "commands", .string,
    help: """
      A stream for commands that planning systems have posted to central for this agent; the agent asks every 5 s. \
      Default: it does not ask. Who has central's token can then command what reads that stream.
      """)

  static let table = OptionTable(
    header: "[[uplink]]", summary: "A destination outside the box, with cursors of its own.",
    rows: [
      name, url, token, tokenFile, caFile, certFile, keyFile, streams, segmentMaxBytes, segmentMaxRecords, interval,
      timeout, backoffMin, backoffMax, maxBytesPerS, commands,
    ],
    refused: [
      "insecure": "the server's certificate is always verified; name the authority that signed it with \"ca_file\"",
      "password": "central takes a bearer token: \"token_file\"",
    ])
}

/// Every section, in the order of the file.
enum Sections {
  static let all = [
    AgentOptions.table, JournalOptions.table, LogOptions.table, ClassOptions.table, MQTTOptions.table,
    StreamOptions.table,
    FeedOptions.table, ModelOptions.table, ModelOptions.pluginTable, PluginsOptions.table, ModelsOptions.table,
    UplinkOptions.table,
    ControlOptions.table,
  ]
}
