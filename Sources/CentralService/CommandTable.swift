import Records
import SQLite

/// Commands for agents, each with a number that counts up by agent: kept until the agent has asked for what comes after it.
struct CommandTable {
  static let schema = """
    CREATE TABLE IF NOT EXISTS commands(
      agent TEXT NOT NULL, number INTEGER NOT NULL, posted_ns INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY(agent, number)) WITHOUT ROWID;
    """
  static let maxBodyBytes = 65_536
  /// Of one agent, waiting.
  static let maxWaiting = 1000
  static let maxAnswered = 100

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

  init(_ connection: SQLiteConnection) throws(CrossdockError) {
    self.connection = connection
    insert = try connection.prepare("INSERT INTO commands(agent, number, posted_ns, body) VALUES (?1, ?2, ?3, ?4)")
    newest = try connection.prepare("SELECT coalesce(max(number), 0), count(*) FROM commands WHERE agent = ?1")
    select = try connection.prepare(
      "SELECT number, posted_ns, body FROM commands WHERE agent = ?1 AND number > ?2 ORDER BY number LIMIT ?3")
    forget = try connection.prepare("DELETE FROM commands WHERE agent = ?1 AND number < ?2")
  }

  /// - Returns: its number; nil when too many wait.
  func post(_ body: String, to agent: String, nowNs: Int64) throws(CrossdockError) -> Int64? {
    try connection.transaction { () throws(CrossdockError) -> Int64? in
      newest.bind(agent, at: 1)
      guard try newest.step() else { return nil }
      let (number, count) = (newest.integer(0) + 1, newest.integer(1))
      newest.reset()
      guard count < Self.maxWaiting else { return nil }
      insert.bind(agent, at: 1)
      insert.bind(number, at: 2)
      insert.bind(nowNs, at: 3)
      insert.bind(body, at: 4)
      try insert.run()
      return number
    }
  }

  /// What comes after a number. The agent has all up to it: they go, but for the last, from which the numbers go on.
  func answer(_ agent: String, after: Int64) throws(CrossdockError) -> [Command] {
    try connection.transaction { () throws(CrossdockError) in
      forget.bind(agent, at: 1)
      forget.bind(after, at: 2)
      try forget.run()
      select.bind(agent, at: 1)
      select.bind(after, at: 2)
      select.bind(Int64(Self.maxAnswered), at: 3)
      var commands: [Command] = []
      while try select.step() {
        commands.append(Command(number: select.integer(0), postedNs: select.integer(1), body: select.text(2)))
      }
      return commands
    }
  }
}
