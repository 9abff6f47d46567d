import Records
import SQLite

/// Numbers of source names. What it remembers is true only as long as no transaction is rolled back: `forget` then.
final class SourceNames {
  private let find: SQLiteStatement
  private let insert: SQLiteStatement
  private var known: [String: Int64] = [:]
  /// Names kept in memory; with more, it begins anew.
  private static let maxKnown = 65_536

  init(_ connection: SQLiteConnection) throws(CrossdockError) {
    find = try connection.prepare("SELECT id FROM sources WHERE name = ?1")
    insert = try connection.prepare("INSERT OR IGNORE INTO sources(name) VALUES (?1)")
  }

  func number(of name: String) throws(CrossdockError) -> Int64 {
    if let number = known[name] { return number }
    insert.bind(name, at: 1)
    try insert.run()
    find.bind(name, at: 1)
    defer { find.reset() }
    guard try find.step() else { preconditionFailure("SourceNames: inserted and not there") }
    if known.count >= Self.maxKnown { known = [:] }
    known[name] = find.integer(0)
    return find.integer(0)
  }

  func forget() {
    known = [:]
  }
}
