enum AgentOptions {
  static let id = OptionRow(
    "id", .string, isRequired: true,
    help: """
      The name of this agent at central, in topics and in client ids: letters, digits, `-`, `_`, `.`, at most 64 bytes. \
      Unique in the fleet; a record's identity begins with it, so do not change it later.
      """)
  static let dataDirectory = OptionRow(
    "data_dir", .path, isRequired: true,
    help: "The folder of the journal and of whatever else the agent keeps. Created if it is not there.")

  static let table = OptionTable(
    header: "[agent]", summary: "Who this agent is, and where it keeps its data.", rows: [id, dataDirectory])
}

enum JournalOptions {
  static let maxSize = OptionRow(
    "max_size", .size(1_048_576...(1 << 50)), default: "\"512MiB\"",
    help: """
      What the journal's files may take on disk, together. When it is full, the oldest records of the lowest class go \
      first, and a tombstone says what went.
      """)
  static let commitLinger = OptionRow(
    "commit_linger_ms", .milliseconds(0...5000), default: "200",
    help: """
      How long telemetry and summaries wait for company before they are committed and acknowledged: a commit writes whole \
      pages, whatever is in it. Scans, decisions and alerts never wait, nor does anything once as many messages have come as \
      a quarter of what the broker sends ahead. 0: nothing waits.
      """)
  static let commitMaxMessages = OptionRow(
    "commit_max_messages", .integer(1...65_536), default: "1000",
    help: """
      A commit takes whatever has arrived while the last one ran, at most so many messages. More saves disk syncs in a \
      burst and costs memory.
      """)
  static let commitMaxBytes = OptionRow(
    "commit_max_bytes", .size(65_536...(256 << 20)), default: "\"4MiB\"",
    help: "The same bound in bytes of payload.")

  static let minFree = OptionRow(
    "min_free", .size(0...(1 << 50)), default: "\"64MiB\"",
    help: """
      What must stay free on the disk of `data_dir`. Below it the agent leaves the brokers, which keep what comes, and \
      comes back when half as much again is free. 0 switches this off.
      """)

  static let table = OptionTable(
    header: "[journal]", summary: "The SQLite file that makes every record durable before its message is acknowledged.",
    rows: [maxSize, minFree, commitLinger, commitMaxMessages, commitMaxBytes])
}

enum LogOptions {
  static let level = OptionRow(
    "level", .choice(LogLevel.allCases.map(\.rawValue)), default: "\"info\"",
    help: "The least severe messages that are written to stderr. Payloads and secrets are in none of them.")

  static let table = OptionTable(header: "[log]", summary: "What is written to stderr.", rows: [level])
}

enum ControlOptions {
  static let listen = OptionRow(
    "listen", .string, default: "\"127.0.0.1:7780\"",
    help: """
      Address and port of the HTTP interface that `crossdock status`, `top`, `tail` and pullers use. Port 0 lets the \
      kernel choose. An address that is not loopback needs a token.
      """)
  static let token = OptionRow(
    "token", .secret, help: "The bearer token that clients must send. Better in a file, or as `\"${NAME}\"`.")
  static let tokenFile = OptionRow("token_file", .secretFile, help: "A file with the token, or `credential:NAME`.")
  static let certFile = OptionRow(
    "cert_file", .file, help: "PEM certificate of the server; with `key_file` the interface speaks HTTPS only.")
  static let keyFile = OptionRow("key_file", .file, help: "PEM key of the server.")

  static let table = OptionTable(
    header: "[control]", summary: "The agent's own HTTP interface. Without this section there is none.",
    rows: [listen, token, tokenFile, certFile, keyFile])
}
