internal import CrossdockPlugin
internal import Glibc

/// Appends each record as a line to a file. A batch is delivered when it is on the disk; a file that cannot be written
/// makes it come again, so that a line may be there twice: `epoch`, `stream` and `sequence` tell.
final class Appender: Uplink {
  private static let file = TypedOption<String>(
    "file", default: "records.ndjson", help: "The name of the file, in the plugin's own folder.")

  static let manifest = PluginManifest(
    name: "my-plugin", version: "0.1.0", summary: "Appends records to a file.", options: [file])

  private let path: String
  private let epoch: String
  private let streams: [String]

  init(_ context: PluginContext) throws {
    guard !context.dataFolder.isEmpty else {
      throw PluginError("there is no data folder: plugin.toml declares {data}, and an older agent has none")
    }
    let file = context[Self.file]
    guard !file.isEmpty, !file.contains("/") else { throw PluginError("file: a name without a folder") }
    path = context.dataFolder + "/" + file
    epoch = context.epoch
    streams = context.streams.map(\.name)
  }

  func deliver(_ batch: PluginBatch, _ turn: PluginTurn) throws {
    var text: [UInt8] = []
    for record in batch { append(record, to: &text) }
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard file >= 0 else { throw PluginRetry("\(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    let before = lseek(file, 0, SEEK_END)
    errno = 0
    guard write(file, text, text.count) == text.count, fsync(file) == 0 else {
      let reason = errno == 0 ? "written in part" : String(cString: strerror(errno))
      // Half a line would stay for ever: take back what this batch wrote.
      ftruncate(file, before)
      throw PluginRetry("\(path): \(reason)")
    }
    turn.count("lines", UInt64(batch.count))
  }

  private func append(_ record: PluginRecord, to text: inout [UInt8]) {
    let stream = Self.name(streams[Int(record.stream)])
    let source = Self.name(record.source)
    text += #"{"epoch":"\#(epoch)","stream":"\#(stream)","source":"\#(source)","sequence":\#(record.sequence),"#.utf8
    text += #""time_ns":\#(record.eventTimeNs),"body":"#.utf8
    text += record.body
    text += "}\n".utf8
  }

  /// What JSON does not allow between quotes becomes "?".
  private static func name(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0 == "\"" || $0 == "\\" ? "?" : $0 }))
  }
}
