import Records

enum StreamOptions {
  static let name = OptionRow(
    "name", .string, isRequired: true,
    help: "Letters, digits, `-`, `_`, `.`, at most 64 bytes. Names that begin with `_` are the agent's own.")
  static let streamClass = OptionRow(
    "class", .choice(StreamClass.allCases.reversed().map(\.name)), isRequired: true,
    help:
      "What the records are worth: the highest class is sent first, the lowest is dropped first when space runs out.")

  static let maxSize = OptionRow(
    "max_size", .size(65_536...(1 << 50)),
    help: "What the stream's records may take in the journal, compressed. Without it only the journal's cap counts.")
  static let maxAge = OptionRow(
    "max_age_s", .seconds(60...(100 * 365 * 86_400)),
    help: "Records older than this go. A record whose age cannot be known (no clock, another boot) stays.")
  static let whenFull = OptionRow(
    "when_full", .choice(Retention.WhenFull.allCases.map(\.rawValue)), default: "\"drop-oldest\"",
    help: """
      What gives way to new records. `drop-oldest`: the oldest go, and a tombstone names them. `thin`: the oldest become \
      minimum, maximum, mean and count of their numbers for each source and window, in the stream `_thinned`. `reject`: \
      nothing goes that an uplink has not confirmed; the agent leaves the brokers until there is room.
      """)
  static let thinWindow = OptionRow(
    "thin_window_s", .seconds(1...86_400), default: "\"60s\"", help: "What one thinned record stands for.")

  static let table = OptionTable(
    header: "[[stream]]", summary: "A named, ordered, gap-free sequence of records.",
    rows: [name, streamClass, maxSize, maxAge, whenFull, thinWindow])
}

enum ClassOptions {
  static let table = OptionTable(
    header: "[class.NAME]",
    summary: """
      What holds for the streams of a class (`alert`, `decision`, `scan`, `summary`, `telemetry`). `max_size` bounds them \
      together; the others are defaults that a stream may change.
      """,
    rows: [
      StreamOptions.maxSize, StreamOptions.maxAge, StreamOptions.whenFull, StreamOptions.thinWindow,
    ])
}

enum FeedOptions {
  static let name = OptionRow(
    "name", .string, isRequired: true, help: "Unique among the feeds; same rule as for streams.")
  static let connection = OptionRow("connection", .string, isRequired: true, help: "The NAME of an `[mqtt.NAME]`.")
  static let topic = OptionRow(
    "topic", .string, isRequired: true,
    help: """
      Topic filter. `{x}` matches one whole level, like `+`, and gives it a name for `source`; `+` and `#` are allowed \
      too.
      """)
  static let share = OptionRow(
    "share", .string,
    help: """
      Group of a shared subscription (`$share/GROUP/topic`): the broker deals the messages out among all clients of the \
      group. Not for streams whose order matters.
      """)
  static let qos = OptionRow(
    "qos", .integer(0...2), default: "1",
    help: """
      1: acknowledged after the commit, sent again after a crash, and recognised then. 0: what is under way when the \
      agent or the link dies is lost. 2 is refused: the MQTT library acknowledges it before the agent has stored it.
      """)
  static let stream = OptionRow("stream", .string, isRequired: true, help: "The `[[stream]]` that the records go to.")
  static let decoder = OptionRow(
    "decoder", .choice(["json", "csv", "raw"]), isRequired: true,
    help: "`json`: one value a message. `csv`: one record a line. `raw`: the bytes as they are.")
  static let source = OptionRow(
    "source", .string,
    help: """
      The device or asset that a record is of: text with the placeholders of `topic`, and `{topic}` for the whole topic. \
      Default: the placeholders joined by `/`, or `{topic}` where there are none.
      """)
  static let time = OptionRow(
    "time", .string, decoders: ["json", "csv"],
    help: "Event time: JSON pointer (json) or column name (csv). Default: none, the time of arrival counts.")
  static let timeFormat = OptionRow(
    "time_format", .choice(TimeFormat.allCases.map(\.rawValue)), default: "\"auto\"", decoders: ["json", "csv"],
    help: "`auto` takes RFC 3339 text, and numbers as s, ms, µs or ns by their size.")
  static let fields = OptionRow(
    "fields", .pairs, default: "{}", decoders: ["json", "csv"],
    help: """
      Numeric columns for models, in this order: name = JSON pointer (json) or column name (csv). A text that is a \
      number is that number; `true` and `false` are 1 and 0 (json); anything else is missing. All feeds of a stream have \
      the same names.
      """)
  static let samples = OptionRow(
    "samples", .string, decoders: ["json"], help: "JSON pointer of a waveform, for models: see `samples_format`.")
  static let samplesFormat = OptionRow(
    "samples_format", .choice(SamplesFormat.allCases.map(\.rawValue)), default: "\"numbers\"", decoders: ["json"],
    help: """
      `numbers`: an array of numbers. `f32`, `i16`: base64 text of little-endian single-precision floats or 16-bit integers. \
      A message whose text is not such a one is quarantined.
      """)
  static let dedupe = OptionRow(
    "dedupe", .strings, default: "[]", decoders: ["json", "csv"],
    help: """
      JSON pointers or columns that together identify a message of a source: a device that sends the same fact twice is \
      stored once. Redelivery by the broker is recognised without it.
      """)
  static let dedupeWindow = OptionRow(
    "dedupe_window", .integer(1...1_000_000), default: "10000", decoders: ["json", "csv"],
    help: "How many identities are remembered, the latest ones.")
  static let dedupeWindowS = OptionRow(
    "dedupe_window_s", .seconds(1...31_536_000), decoders: ["json", "csv"],
    help: """
      For how long an identity is remembered, from its first message on, by a clock that nobody sets: for devices that use \
      their numbers again. After a restart of the agent it begins anew. Default: none, `dedupe_window` alone counts.
      """)
  static let maxPayload = OptionRow(
    "max_payload_bytes", .size(1...(16 << 20)), default: "\"256KiB\"",
    help: "A larger payload is not stored; it is counted as `oversize` and acknowledged.")
  static let delimiter = OptionRow(
    "delimiter", .string, default: "\",\"", decoders: ["csv"], help: "One ASCII character; `\"\\t\"` for a tab.")
  static let header = OptionRow(
    "header", .strings, default: "[]", decoders: ["csv"],
    help: "Names of the columns. Default: the first line of every message names them.")

  static let table = OptionTable(
    header: "[[feed]]", summary: "A topic filter, a decoder, and the stream that it fills.",
    rows: [
      name, connection, topic, share, qos, stream, decoder, source, time, timeFormat, fields, samples, samplesFormat,
      dedupe, dedupeWindow, dedupeWindowS, maxPayload, delimiter, header,
    ])
}
