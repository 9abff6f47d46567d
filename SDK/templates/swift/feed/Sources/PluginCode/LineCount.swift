internal import CrossdockPlugin
internal import Glibc

/// Says how many lines were appended to lines.log, as {"lines":…,"total":…}. Its checkpoint is its place in the file, so that no
/// line is counted twice, whatever happens to the box.
final class LineCount: Feed {
  private static let pollUs: Int64 = 50_000  // between two looks at the file
  private static let maxBytes = 1 << 20  // read in one batch
  private static let folder = TypedOption<String>(
    required: "folder", help: "Where lines.log is, the file whose lines are counted; an absolute path.")
  private static let source = TypedOption<String>("source", default: "lines", help: "The source of the records.")

  static let manifest = PluginManifest(
    name: "my-plugin", version: "0.1.0", summary: "Counts the lines that are appended to a file.",
    options: [folder, source])

  private let path: String
  private let source: String
  private let output: String
  private var place: Int64 = 0
  private var total: Int64 = 0

  init(_ context: PluginContext) throws {
    guard let output = context.writes.first else {
      throw PluginError("`writes` is empty: name a stream for the counts")
    }
    let folder = context[Self.folder]
    source = context[Self.source]
    guard folder.hasPrefix("/"), !source.isEmpty else {
      throw PluginError("folder, source: an absolute path, and a name")
    }
    path = folder + "/lines.log"
    self.output = output
  }

  func poll(_ turn: PluginTurn, into output: PluginOutput) throws {
    var waited: Int64 = 0
    var found = try takeLines()
    while found.lines == 0, waited < turn.waitUs {
      let pause = min(turn.waitUs - waited, Self.pollUs)
      usleep(UInt32(pause))
      waited += pause
      found = try takeLines()
    }
    place = found.place
    guard found.lines > 0 else { return }
    total += found.lines
    try output.emit(
      stream: self.output, source: source, eventTimeNs: turn.nowNs + waited * 1000,
      body: Array(#"{"lines":\#(found.lines),"total":\#(total)}"#.utf8))
  }

  /// How many whole lines are behind the place, and the place behind them.
  private func takeLines() throws -> (lines: Int64, place: Int64) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw PluginRetry("\(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    // A file that is shorter than our place was rotated or cut.
    let start = lseek(file, 0, SEEK_END) >= place ? place : 0
    let data = [UInt8](unsafeUninitializedCapacity: Self.maxBytes) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, Self.maxBytes, off_t(start)))
    }
    let newline = UInt8(ascii: "\n")
    var whole = data.lastIndex(of: newline).map { $0 + 1 } ?? 0
    if whole == 0, data.count == Self.maxBytes { whole = data.count }  // a part of a very long line
    return (Int64(data.count { $0 == newline }), start + Int64(whole))
  }

  func checkpoint() -> [UInt8] { Array("\(place) \(total)".utf8) }

  func restore(_ checkpoint: [UInt8]) throws {
    let numbers = String(decoding: checkpoint, as: UTF8.self).split(separator: " ").map { Int64($0) ?? -1 }
    guard numbers.count == 2, numbers.allSatisfy({ $0 >= 0 }) else { throw PluginError("not two numbers") }
    (place, total) = (numbers[0], numbers[1])
  }
}
