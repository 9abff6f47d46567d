internal import Platform
internal import Records
internal import SQLite

/// The first page of a journal whose own is destroyed. It has the file's header and the schema, which are those of every journal:
/// taken from a new one, with this file's length and no list of free pages. What was there before is kept beside the file.
enum FirstPage {
  /// Returns what was there before.
  static func rewrite(_ path: String) throws(CrossdockError) -> [UInt8] {
    guard let size = Files.size(path), size >= 2 * JournalLimits.pageBytes else {
      throw JournalOpening.damaged(path, "too short")
    }
    let template = path + ".template"
    defer { for suffix in ["", "-wal", "-shm", "-journal"] { Files.remove(template + suffix) } }
    Files.remove(template)
    do {
      let fresh = try SQLiteConnection(path: template, mode: .createReadWrite)
      try fresh.execute("PRAGMA page_size = \(JournalLimits.pageBytes)")
      try fresh.execute("PRAGMA journal_mode = WAL")
      try JournalSchema.create(fresh)
      try fresh.checkpointPassively()
    }
    var page = Array(try Files.read(template, limit: 1 << 20).prefix(Int(JournalLimits.pageBytes)))
    func put(_ value: UInt32, at offset: Int) {
      for index in 0..<4 { page[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index)) }
    }
    // SQLite's file format, section 1.3: the size counts if both change counters agree.
    put(UInt32(size / JournalLimits.pageBytes), at: 28)
    put(1, at: 24)
    put(1, at: 92)
    put(0, at: 32)
    put(0, at: 36)
    let destroyed = try Files.readStart(path, count: Int(JournalLimits.pageBytes))
    try Files.replace(path + ".page1", with: destroyed)
    try Files.overwriteStart(path, with: page)
    return destroyed
  }
}
