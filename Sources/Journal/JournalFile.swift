// A journal's file as the tools read it: read-only, beside a running agent or not, and as far as it goes where it is damaged. It never
// holds a transaction for long: a reader that does keeps the agent from moving its write-ahead log.
internal import Platform
package import Records
internal import SQLite

package final class JournalFile {
  package let path: String
  let database: SQLiteConnection
  private let sourceRow: SQLiteStatement?
  private var names: [UInt32: String] = [:]
  /// Source names kept at hand.
  private static let maxCachedNames = 4096

  /// - Throws: with exit code 69 when there is no file, 65 when it is no journal or nothing of it can be read.
  package init(path: String) throws(CrossdockError) {
    self.path = path
    guard Files.exists(path) else {
      throw CrossdockError(
        "read the journal", at: path, reason: "there is none", hint: "name the data folder, or the file itself",
        exitCode: .unavailable)
    }
    do throws(CrossdockError) {
      database = try SQLiteConnection(path: path, mode: .readOnly)
      database.setBusyTimeout(ms: 5000)
      try database.execute("PRAGMA cache_size = -1024")
      guard try !JournalSchema.recognise(database) else {
        throw CrossdockError("read the journal", at: path, reason: "the file is empty", exitCode: .badInput)
      }
    } catch {
      guard error.fault == .damaged else { throw error }
      throw Self.unreadable(path, error)
    }
    sourceRow = try? database.prepare("SELECT name, crc FROM source WHERE id = ?1")
  }

  /// What a tool says of a file that it cannot read.
  static func unreadable(_ path: String, _ error: CrossdockError) -> CrossdockError {
    var error = CrossdockError(
      "read the journal", at: path, reason: error.reason,
      hint: "`crossdock journal repair` saves what can be read, with the agent stopped", exitCode: .badInput)
    error.fault = .damaged
    return error
  }

  package var agent: String { (try? database.text("SELECT id FROM agent")) ?? "" }

  /// The present epoch; nil when it cannot be read.
  package var epoch: Epoch? { (try? JournalOpening.presentEpoch(database)) ?? nil }

  /// Names of all streams. One whose name is damaged has a name that says so.
  package var streamNames: [String] { slots.map(\.definition.name) }

  /// `next` counts what is packed only.
  var slots: [StreamSlot] { SalvageStreams(database).all }

  /// Of a record's source number.
  func sourceName(_ number: UInt32) -> String {
    if let known = names[number] { return known }
    if names.count >= Self.maxCachedNames { names.removeAll(keepingCapacity: true) }
    var name = "_damaged/\(UInt64(number) + 1)"
    if let sourceRow {
      sourceRow.bind(Int64(number) + 1, at: 1)
      defer { sourceRow.reset() }
      if (try? sourceRow.step()) == true, JournalSchema.crc(sourceRow.text(0)) == sourceRow.integer(1) {
        name = sourceRow.text(0)
      }
    }
    names[number] = name
    return name
  }

  /// The highest sequence of a stream in `log`; nil when none is there.
  func lastInLog(_ stream: Int64) -> UInt64? {
    ((try? database.integer("SELECT last FROM log WHERE stream = \(stream) ORDER BY id DESC LIMIT 1")) ?? nil).map {
      UInt64(clamping: $0)
    }
  }
}
