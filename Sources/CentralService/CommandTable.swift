import Records
import SQLite

/// Commands for agents, each with a number that counts up by agent: kept until the agent has asked for what comes after it. Of the last one that it
/// has, the number stays, with an empty body: the numbers go on from there, and nobody gets it a second time.
struct CommandTable {
  static let schema = """
    CREATE TABLE IF NOT EXISTS commands(
      agent TEXT NOT NULL, number INTEGER NOT NULL, posted_ns INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY(agent, number)) WITHOUT ROWID;
    """
  /// JSON's whole numbers end there.
  static let maxNumber: Int64 = 1 << 53
  static let maxBodyBytes = 65_536
  /// Of one agent, waiting.
  static let maxWaiting = 1000
  static let maxAnswered = 100
  /// Bodies of one answer; one command at least. An agent reads 8 MiB, and a text in JSON may take twice its length.
  static let maxAnsweredBytes = 1 << 20

  struct Command {
    var number: Int64
    var postedNs: Int64
    /// JSON text.
    var body: String
  }

  private let connection: SQLiteConnection
  private let insert: SQLiteStatement
  private let newest: SQLiteStatement
  private let select: SQLiteStatement
  private let forget: SQLiteStatement
  private let empty: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(CrossdockError) {
    self.connection = connection
    insert = try connection.prepare("INSERT INTO commands(agent, number, posted_ns, body) VALUES (?1, ?2, ?3, ?4)")
    newest = try connection.prepare("SELECT coalesce(max(number), 0), count(*) FROM commands WHERE agent = ?1")
    select = try connection.prepare(
      "SELECT number, posted_ns, body FROM commands WHERE agent = ?1 AND number > ?2 AND body <> '' ORDER BY number LIMIT ?3"
    )
    forget = try connection.prepare("DELETE FROM commands WHERE agent = ?1 AND number < ?2")
    empty = try connection.prepare(
      "INSERT INTO commands(agent, number, posted_ns, body) VALUES (?1, ?2, 0, '') ON CONFLICT DO UPDATE SET body = '' WHERE body <> ''"
    )
  }

  /// - Returns: its number; nil when too many wait.
  func post(_ body: String, to agent: String, nowNs: Int64) throws(CrossdockError) -> Int64? {
    try connection.transaction { () throws(CrossdockError) -> Int64? in
      defer { newest.reset() }
      newest.bind(agent, at: 1)
      guard try newest.step() else { return nil }
      let (number, count) = (newest.integer(0) + 1, newest.integer(1))
      guard count < Self.maxWaiting else { return nil }
      insert.bind(agent, at: 1)
      insert.bind(number, at: 2)
      insert.bind(nowNs, at: 3)
      insert.bind(body, at: 4)
      try insert.run()
      return number
    }
  }

  /// What comes after a number. The agent has all up to it: they go. A number that was never given is of a database that was put back to an older
  /// state: the numbers go on behind it, or the agent would take no command until they are there again.
  func answer(_ agent: String, after: Int64) throws(CrossdockError) -> [Command] {
    try connection.transaction { () throws(CrossdockError) in
      forget.bind(agent, at: 1)
      forget.bind(after, at: 2)
      try forget.run()
      if after > 0 {
        empty.bind(agent, at: 1)
        empty.bind(after, at: 2)
        try empty.run()
      }
      defer { select.reset() }
      select.bind(agent, at: 1)
      select.bind(after, at: 2)
      select.bind(Int64(Self.maxAnswered), at: 3)
      var commands: [Command] = []
      var bytes = 0
      while try select.step() {
        bytes += select.text(2).utf8.count
        guard commands.isEmpty || bytes <= Self.maxAnsweredBytes else { break }
        commands.append(Command(number: select.integer(0), postedNs: select.integer(1), body: select.text(2)))
      }
      return commands
    }
  }
}
