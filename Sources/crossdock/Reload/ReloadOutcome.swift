// What came of a reload: `<data_dir>/reload.json`, one JSON object, replaced as a whole.
//
//   generation    counts the reloads of this data folder
//   time          when it was over
//   began_us      CLOCK_BOOTTIME when the agent began to read: what was written before that has been seen
//   file          the agent.conf that was read
//   ok            false: the agent goes on with the configuration that it had
//   changes       what is different now, or would have been; none: nothing has changed
//   problems      why not
//   duration_ms
import JSONText
import Platform
import Records

struct ReloadOutcome: Equatable {
  var generation = 0
  var time = ""
  var beganUs: Int64 = 0
  var file = ""
  var isOK = false
  var changes: [String] = []
  var problems: [String] = []
  var durationMs: Int64 = 0

  private static let maxBytes = 4 << 20

  static func path(in folder: String) -> String { "\(folder)/reload.json" }

  /// Nil when there is none that can be read.
  static func read(in folder: String) -> ReloadOutcome? {
    guard let bytes = try? Files.read(path(in: folder), limit: maxBytes), let json = try? JSONValue.parse(bytes) else {
      return nil
    }
    return ReloadOutcome(json)
  }

  /// Where no file can be made (the disk is full), it is written over the one that is there, whose block is its own already: a
  /// reader that meets half of it waits for the rest.
  func write(in folder: String) throws(CrossdockError) {
    let path = Self.path(in: folder)
    var bytes = json() + [0x0A]
    do throws(CrossdockError) {
      try Files.replace(path, with: bytes)
    } catch {
      guard let size = Files.size(path), size > 0 else { throw error }
      let padding = [UInt8](repeating: 0x20, count: max(0, Int(size) - bytes.count))
      bytes.insert(contentsOf: padding, at: bytes.count - 1)
      try Files.overwriteStart(path, with: bytes)
    }
  }

  func json() -> [UInt8] {
    var json = JSONWriter(reserving: 512)
    json.object {
      $0.member("generation", generation)
      $0.member("time", time)
      $0.member("began_us", beganUs)
      $0.member("file", file)
      $0.member("ok", isOK)
      $0.member("changes", array: { list in for change in changes { list.value(change) } })
      $0.member("problems", array: { list in for problem in problems { list.value(problem) } })
      $0.member("duration_ms", durationMs)
    }
    return json.bytes
  }
}

extension ReloadOutcome {
  fileprivate init?(_ json: JSONValue) {
    func texts(_ key: String) -> [String] { json[key]?.array?.compactMap(\.string) ?? [] }
    guard let generation = json["generation"]?.integer, let began = json["began_us"]?.integer,
      let isOK = json["ok"]?.bool
    else { return nil }
    self.init(
      generation: generation, time: json["time"]?.string ?? "", beganUs: Int64(began),
      file: json["file"]?.string ?? "", isOK: isOK, changes: texts("changes"), problems: texts("problems"),
      durationMs: Int64(json["duration_ms"]?.integer ?? 0))
  }
}
